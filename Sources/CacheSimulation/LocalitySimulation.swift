public import HostInfo
public import InferenceEngine
internal import KernelInterface
public import Quantization

/// What an inference would miss in data caches, simulated: no counter is read and no kernel computes.
///
/// The executor runs the plan, one thread, with kernels that record in place of computing what memory their tile loops
/// touch (docs/locality.md). A first run fills the caches, a second one is counted.
public struct LocalitySimulation: Sendable {
    /// One step of the plan.
    public struct Step: Sendable {
        /// What it does.
        public var info: PlanStepInfo
        /// Cache lines touched, those touched again at once counted once.
        public var touches: UInt64
        /// Misses in each of the caches asked for.
        public var misses: [UInt64]
    }

    /// A set-associative cache, for comparison with simulators that have them.
    public struct Geometry: Sendable, Hashable {
        /// Bytes it holds.
        public var bytes: Int
        /// Lines of a set.
        public var ways: Int

        /// Makes a geometry; `bytes` is a multiple of `ways` lines.
        public init(bytes: Int, ways: Int) {
            self.bytes = bytes
            self.ways = ways
        }
    }

    /// Bytes of a cache line.
    public static let lineBytes = AccessRecorder.lineBytes

    /// Whose kernels' loops are simulated.
    public let instructionSet: InstructionSet
    /// The matrix product whose loops they are.
    public let gemmKernel: String
    /// Bytes of all lines that an inference touches.
    public let footprintBytes: Int
    /// Reuse distances of one inference in a series.
    public let histogram: DistanceHistogram
    /// The plan's steps, in the order they run.
    public let steps: [Step]
    /// Misses of each cache of the hierarchy asked for, first level first.
    public let hierarchyMisses: [UInt64]

    /// Simulates a network.
    ///
    /// - Parameters:
    ///   - network: The int8 network.
    ///   - kind: How closely its own operators are followed.
    ///   - instructionSet: Whose kernels' loops are followed; the host need not have it.
    ///   - cacheBytes: Sizes of caches to count each step's misses for.
    ///   - hierarchy: Set-associative caches of which each sees what the one before it missed.
    /// - Throws: `InferenceError` when the network cannot be planned or memory is short.
    public init(
        network: QuantizedNetwork,
        kind: PlanKind,
        instructionSet: InstructionSet,
        cacheBytes: [Int],
        hierarchy: [Geometry] = []
    ) throws(InferenceError) {
        guard let loops = KernelLoops.all.first(where: { $0.instructionSet == instructionSet }) else {
            throw InferenceError(.unsupported, "\(instructionSet.rawValue): its kernels' loops are not described")
        }
        let recorder = AccessRecorder(
            capacities: cacheBytes.map { $0 / Self.lineBytes },
            hierarchy: hierarchy.map { SetAssociativeCache(lineCount: $0.bytes / Self.lineBytes, ways: $0.ways) }
        )
        let plan = try Plan(network: network, kernels: loops.kernels(recording: recorder), kind: kind)
        let infos = plan.stepInfos
        let executor = try Executor(plan: plan)
        for _ in 0..<2 {
            recorder.beginRun(steps: infos.count)
            executor.run()
        }
        self.instructionSet = instructionSet
        gemmKernel = loops.gemm.name
        footprintBytes = recorder.lineCount * Self.lineBytes
        histogram = recorder.histogram
        steps = zip(infos, recorder.steps).map { Step(info: $0, touches: $1.touches, misses: $1.misses) }
        hierarchyMisses = recorder.hierarchyMisses
    }

    /// Cache lines an inference touches, those touched again at once counted once.
    public var touches: UInt64 { histogram.touches }

    /// Misses of an inference in a fully associative cache that replaces the least recently used line.
    ///
    /// - Parameter cacheBytes: What the cache holds, in whole lines.
    /// - Returns: Misses of one inference in a series.
    public func misses(cacheBytes: Int) -> UInt64 { histogram.misses(lines: cacheBytes / Self.lineBytes) }
}
