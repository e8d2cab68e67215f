internal import Glibc
public import KernelDispatch
internal import KernelInterface

/// Kernels timed against what this core can do, measured in the same rounds.
///
/// Rates are medians of the rounds, in the thread's processor time, on operands that are warm.
public struct KernelBenchmark: Sendable, Hashable {
    /// The most an instruction set can multiply.
    public struct Peak: Sendable, Hashable {
        /// The instruction set.
        public var instructionSet: String
        /// What the loop is made of.
        public var instruction: String
        /// Multiply-accumulates a second.
        public var macsPerSecond: Double
    }

    /// What a kernel's speed is a share of.
    public enum Ceiling: String, Sendable, Hashable {
        /// The instruction set's peak, in multiply-accumulates.
        case multiply
        /// `memcpy` of as many bytes, read and written.
        case copy
    }

    /// One kernel on one shape.
    public struct Result: Sendable, Hashable {
        /// The kernel's name.
        public var kernel: String
        /// Its instruction set.
        public var instructionSet: String
        /// Its family.
        public var family: KernelFamily
        /// Rows x depth x columns, window and image, or rows x columns.
        public var shape: String
        /// A layer of that shape.
        public var place: String
        /// What bounds it.
        public var ceiling: Ceiling
        /// Multiply-accumulates or bytes a second.
        public var rate: Double
        /// The share of the ceiling, nil where that is unknown (plain code has no instruction to count).
        public var share: Double?
    }

    /// Peaks, best instruction set first.
    public var peaks: [Peak]
    /// Results by family, then instruction set, best first.
    public var results: [Result]

    /// Times kernels.
    ///
    /// - Parameters:
    ///   - instructionSets: those to time, in `HostInfo`'s spelling; this processor must have them.
    ///   - families: those to time.
    ///   - rounds: how many each figure is the median of.
    public init(instructionSets: [String], families: Set<KernelFamily> = Set(KernelFamily.allCases), rounds: Int) {
        let peaks = MultiplyPeak.all.filter { instructionSets.contains($0.instructionSet) }.map { peak in
            let iterations = 10_000
            let measurement = Measurement(work: Double(peak.macsPerIteration * iterations)) { repetitions in
                for _ in 0..<repetitions { _ = peak.run(iterations) }
            }
            return (peak: peak, measurement: measurement)
        }
        let problems = KernelFamily.allCases.filter(families.contains).flatMap { family in
            Self.problems(family, instructionSets)
        }
        var copies: [Int: Measurement] = [:]
        for case .copy(let bytes) in problems.map(\.ceiling) where copies[bytes] == nil {
            copies[bytes] = Self.copy(bytes)
        }
        for _ in 0..<max(rounds, 1) {
            for (_, measurement) in peaks { measurement.round() }
            for measurement in copies.values { measurement.round() }
            for problem in problems { problem.measurement.round() }
        }
        self.peaks = peaks.map { peak, measurement in
            Peak(
                instructionSet: peak.instructionSet,
                instruction: peak.instruction,
                macsPerSecond: measurement.medianRate
            )
        }
        let peakRates = Dictionary(uniqueKeysWithValues: self.peaks.map { ($0.instructionSet, $0.macsPerSecond) })
        results = problems.map { problem in
            let rate = problem.measurement.medianRate
            let (ceiling, limit): (Ceiling, Double?) =
                switch problem.ceiling {
                case .multiply: (.multiply, peakRates[problem.instructionSet])
                case .copy(let bytes): (.copy, copies[bytes]?.medianRate)
                }
            return Result(
                kernel: problem.kernel,
                instructionSet: problem.instructionSet,
                family: problem.family,
                shape: problem.shape,
                place: problem.place,
                ceiling: ceiling,
                rate: rate,
                share: limit.flatMap { $0 > 0 ? rate / $0 : nil }
            )
        }
    }

    private static func problems(_ family: KernelFamily, _ sets: [String]) -> [Problem] {
        func usable<Arguments>(_ kernels: [Kernel<Arguments>]) -> [Kernel<Arguments>] {
            kernels.filter { sets.contains($0.instructionSet) }
        }
        return switch family {
        case .gemm:
            KernelTable.gemm.filter { sets.contains($0.instructionSet) }.flatMap { kernel in
                GemmShape.all.map { Problem(kernel, $0) }
            }
        case .depthwise: Problem.depthwise(usable(KernelTable.depthwise))
        case .depthwiseLines: Problem.depthwiseLines(usable(KernelTable.depthwiseLines))
        case .maxPool: Problem.pools(maximum: usable(KernelTable.maxPool), average: [])
        case .averagePool: Problem.pools(maximum: [], average: usable(KernelTable.averagePool))
        case .add: Problem.add(usable(KernelTable.add))
        case .multiply: Problem.multiply(usable(KernelTable.multiply))
        case .channelAffine: Problem.channelAffine(usable(KernelTable.channelAffine))
        case .lookup: Problem.lookup(usable(KernelTable.lookup))
        }
    }

    /// `memcpy` that reads and writes so many bytes in all.
    private static func copy(_ bytes: Int) -> Measurement {
        let operands = Operands()
        let half = bytes / 2
        let (source, target) = (operands.bytes(half), operands.bytes(half))
        return Measurement(work: Double(bytes)) { repetitions in
            withExtendedLifetime(operands) {
                for _ in 0..<repetitions { memcpy(target, source, half) }
            }
        }
    }
}
