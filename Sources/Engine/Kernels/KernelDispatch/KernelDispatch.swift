public import HostInfo
internal import KernelInterface

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// Chooses kernels: a forced value first, then the environment, then what the processor offers.
///
/// A name asked for is a limit: nothing above it is used, and a family without a kernel of its own at that level uses
/// the next lower one's.
public enum KernelDispatch {
    /// The variable that limits the instruction set.
    public static let environmentVariable = "EDGEPROF_ISA"

    /// The variable's value in this process, nil if unset or empty.
    public static var environmentValue: String? {
        guard let value = getenv(environmentVariable), value.pointee != 0 else { return nil }
        return String(cString: value)
    }

    /// The instruction sets that have a matrix product compiled in, best first.
    public static var compiledInstructionSets: [InstructionSet] {
        KernelTable.gemm.compactMap { InstructionSet(rawValue: $0.instructionSet) }
    }

    /// Those of `compiledInstructionSets` that can run here, best first: what a test or a study goes through.
    ///
    /// - Parameter detected: What the processor offers.
    /// - Returns: Usable sets; never empty, `portable` is the last.
    public static func usableInstructionSets(detected: InstructionSets = .detected) -> [InstructionSet] {
        compiledInstructionSets.filter(detected.contains)
    }

    /// Chooses one kernel of each family.
    ///
    /// - Parameters:
    ///   - cap: The instruction set to go up to, for example `avx2`; nil for no forced limit.
    ///   - environment: The environment's limit, read only without `cap`; nil or empty for none.
    ///   - detected: What the processor offers.
    /// - Returns: The kernels and why they were chosen.
    /// - Throws: `KernelSelectionError` if the name asked for is unknown or cannot be used here.
    public static func select(
        cap: String? = nil,
        environment: String? = environmentValue,
        detected: InstructionSets = .detected
    ) throws(KernelSelectionError) -> KernelSelection {
        let request = try Request(cap: cap, environment: environment, detected: detected)
        let allowed = request.allowed
        // The portable kernels end every list, so each has a first that is allowed.
        guard let gemm = best(KernelTable.gemm, allowed, \.instructionSet),
            let depthwise = best(KernelTable.depthwise, allowed, \.instructionSet),
            let maxPool = best(KernelTable.maxPool, allowed, \.instructionSet),
            let averagePool = best(KernelTable.averagePool, allowed, \.instructionSet),
            let add = best(KernelTable.add, allowed, \.instructionSet),
            let multiply = best(KernelTable.multiply, allowed, \.instructionSet),
            let channelAffine = best(KernelTable.channelAffine, allowed, \.instructionSet),
            let lookup = best(KernelTable.lookup, allowed, \.instructionSet)
        else { preconditionFailure("a family has no portable kernel") }
        let kernels = KernelSet(
            instructionSet: gemm.instructionSet,
            gemm: gemm,
            depthwise: depthwise,
            depthwiseLines: best(KernelTable.depthwiseLines, allowed, \.instructionSet),
            maxPool: maxPool,
            averagePool: averagePool,
            add: add,
            multiply: multiply,
            channelAffine: channelAffine,
            lookup: lookup
        )
        return KernelSelection(
            kernels: kernels,
            origin: request.origin,
            reason: request.reason(choosing: gemm.instructionSet)
        )
    }

    /// Lists every kernel compiled in, whether it may be used here, and what is chosen.
    ///
    /// - Parameters:
    ///   - cap: As `select`'s.
    ///   - environment: As `select`'s.
    ///   - detected: As `select`'s.
    /// - Returns: The report `edgeprof kernels` prints.
    /// - Throws: As `select`.
    public static func report(
        cap: String? = nil,
        environment: String? = environmentValue,
        detected: InstructionSets = .detected
    ) throws(KernelSelectionError) -> KernelReport {
        let request = try Request(cap: cap, environment: environment, detected: detected)
        let selection = try select(cap: cap, environment: environment, detected: detected)
        let chosen = selection.kernels
        var lines: [KernelStatus] = []
        func list(_ family: KernelFamily, _ kernels: [(name: String, instructionSet: String)], chosen: String) {
            lines += kernels.map { kernel in
                let reason = request.reasonUnusable(kernel.instructionSet, detected: detected)
                return KernelStatus(
                    name: kernel.name,
                    family: family.rawValue,
                    instructionSet: kernel.instructionSet,
                    usable: reason == nil,
                    selected: kernel.name == chosen,
                    reason: reason
                )
            }
        }
        list(.gemm, KernelTable.gemm.map { ($0.name, $0.instructionSet) }, chosen: chosen.gemm.name)
        list(.depthwise, KernelTable.depthwise.map { ($0.name, $0.instructionSet) }, chosen: chosen.depthwise.name)
        list(
            .depthwiseLines,
            KernelTable.depthwiseLines.map { ($0.name, $0.instructionSet) },
            chosen: chosen.depthwiseLines?.name ?? ""
        )
        list(.maxPool, KernelTable.maxPool.map { ($0.name, $0.instructionSet) }, chosen: chosen.maxPool.name)
        list(
            .averagePool,
            KernelTable.averagePool.map { ($0.name, $0.instructionSet) },
            chosen: chosen.averagePool.name
        )
        list(.add, KernelTable.add.map { ($0.name, $0.instructionSet) }, chosen: chosen.add.name)
        list(.multiply, KernelTable.multiply.map { ($0.name, $0.instructionSet) }, chosen: chosen.multiply.name)
        list(
            .channelAffine,
            KernelTable.channelAffine.map { ($0.name, $0.instructionSet) },
            chosen: chosen.channelAffine.name
        )
        list(.lookup, KernelTable.lookup.map { ($0.name, $0.instructionSet) }, chosen: chosen.lookup.name)
        return KernelReport(selected: selection.instructionSet, reason: selection.reason, kernels: lines)
    }

    /// The first kernel of a best-first list that is allowed.
    private static func best<Element>(
        _ kernels: [Element],
        _ allowed: InstructionSets,
        _ instructionSet: (Element) -> String
    ) -> Element? {
        kernels.first { InstructionSet(rawValue: instructionSet($0)).map(allowed.contains) ?? false }
    }
}
