internal import EdgeprofAPI
internal import MeasurementCore

extension Run.WarmUp {
    /// What was recorded.
    init(_ record: MeasuredRecord) {
        let tail: Tail? =
            switch record.tail {
            case .notAskedFor: nil
            case .steady: .steady
            case .steadyLatency: .steadyLatency
            case .unsteady: .unsteady
            }
        self.init(
            seconds: Double(record.warmUpNanoseconds) / 1e9,
            queries: record.warmUpQueries,
            isSettled: record.warmUpSettled,
            tail: tail
        )
    }
}

extension Run.Heat {
    /// What was recorded.
    init(_ heat: RecordedHeat) {
        let throttling =
            heat.throttling == .ok
            ? Throttling(availability: .ok, causes: heat.throttled)
            : Throttling(
                availability: heat.throttling == .denied ? .denied : .absent,
                reason: heat.throttlingUnknown
            )
        self.init(
            throttling: throttling,
            lowestHertz: MeasuredValue(heat.lowestHertz),
            meanHertz: MeasuredValue(heat.meanHertz),
            highestHertz: MeasuredValue(heat.highestHertz),
            firstThirdHertz: MeasuredValue(heat.firstThirdHertz),
            lastThirdHertz: MeasuredValue(heat.lastThirdHertz),
            hottestBeforeCelsius: MeasuredValue(heat.hottestBeforeCelsius),
            hottestCelsius: MeasuredValue(heat.hottestCelsius),
            hottestAfterCelsius: MeasuredValue(heat.hottestAfterCelsius),
            slowedFraction: MeasuredValue(heat.slowedFraction),
            cappedCpus: MeasuredValue(heat.cappedCPUs),
            loweredCpus: MeasuredValue(heat.loweredCPUs),
            governors: heat.governors,
            longestGapNanoseconds: MeasuredValue(heat.longestGapNanoseconds)
        )
    }
}

extension Run.Load {
    /// What was recorded.
    init(_ load: RecordedLoad) {
        self.init(
            cpuPressureFraction: MeasuredValue(load.cpuPressureFraction),
            memoryPressureFraction: MeasuredValue(load.memoryPressureFraction),
            ioPressureFraction: MeasuredValue(load.ioPressureFraction),
            pressureByOthersFraction: MeasuredValue(load.pressureByOthersFraction),
            othersWaitFraction: MeasuredValue(load.othersWaitFraction),
            ownWaitFraction: MeasuredValue(load.ownWaitFraction),
            swapByOthersPages: MeasuredValue(load.swapByOthersPages),
            vanishedCpus: MeasuredValue(load.vanishedCPUs),
            newCpus: MeasuredValue(load.newCPUs),
            suspendedNanoseconds: MeasuredValue(load.suspendedNanoseconds)
        )
    }
}
