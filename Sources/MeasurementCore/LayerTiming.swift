internal import HostProbes
internal import InferenceEngine

/// Times the steps of a plan one by one.
///
/// In a pass of its own after the window, on one instance: reading a clock around every step costs little, but not nothing.
enum LayerTiming {
    /// Passes that are timed.
    private static let passes = 5...101

    /// The plan's steps with the median of each step's times.
    ///
    /// Takes a quarter of the window's length, within `passes`.
    static func layers(of plan: Plan, arguments: ChildArguments) throws(MeasurementFailure) -> [RecordedLayer] {
        let executor: Executor
        do {
            executor = try Executor(plan: plan, threads: arguments.threads, timesSteps: true)
        } catch {
            throw MeasurementFailure(error)
        }
        let runner = ExecutorRunner(executor)
        let parent = ParentWatch(descriptor: arguments.recordDescriptor)
        runner.runQuery()
        var times = plan.stepInfos.map { _ in [UInt64]() }
        let began = MonotonicClock.nanoseconds
        for pass in 1...passes.upperBound {
            try parent.sleep(nanoseconds: 0)
            runner.runQuery()
            for (step, nanoseconds) in zip(times.indices, executor.stepNanoseconds) { times[step].append(nanoseconds) }
            let isLong = MonotonicClock.nanoseconds &- began >= arguments.durationNanoseconds / 4
            if pass >= passes.lowerBound, isLong { break }
        }
        return zip(plan.stepInfos, times).map { info, times in
            RecordedLayer(
                name: info.name,
                operation: info.operation,
                shape: info.outputShape,
                macs: UInt64(clamping: info.macs),
                memoryAccessBytes: UInt64(clamping: info.memoryAccessBytes),
                nanoseconds: times.sorted()[times.count / 2]
            )
        }
    }
}
