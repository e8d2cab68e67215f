internal import HostInfo

/// What was asked for, checked against what this host has.
struct Request {
    /// What had the say.
    var origin: KernelSelection.Origin
    /// The highest instruction set asked for, nil for no limit.
    var limit: InstructionSet?
    /// What may be used.
    var allowed: InstructionSets

    /// Checks a request: `cap` first, then `environment`, then no limit.
    init(cap: String?, environment: String?, detected: InstructionSets) throws(KernelSelectionError) {
        let asked: String
        if let cap {
            (asked, origin) = (cap, .forced)
        } else if let environment, !environment.isEmpty {
            (asked, origin) = (environment, .environment)
        } else {
            (origin, limit, allowed) = (.detected, nil, detected)
            return
        }
        // Quoted and escaped: whatever was asked, the message stays one line.
        let quoted = asked.debugDescription
        let source = origin == .environment ? "\(KernelDispatch.environmentVariable)=\(quoted)" : quoted
        let usable = "usable here: " + detected.bestFirst.map(\.rawValue).joined(separator: ", ")
        guard let limit = InstructionSet(rawValue: asked) else {
            throw KernelSelectionError(
                code: .unknown,
                description: "unknown instruction set \(source); \(usable)"
            )
        }
        if let reason = detected.reasonUnusable(limit) {
            throw KernelSelectionError(
                code: .unusable,
                description: "cannot use instruction set \(source): \(reason); \(usable)"
            )
        }
        self.limit = limit
        allowed = detected.limited(to: limit)
    }

    /// Why a kernel of this instruction set may not run, nil if it may.
    func reasonUnusable(_ name: String, detected: InstructionSets) -> String? {
        guard let instructionSet = InstructionSet(rawValue: name) else { return "unknown instruction set \(name)" }
        if let reason = detected.reasonUnusable(instructionSet) { return reason }
        if allowed.contains(instructionSet) { return nil }
        let source = origin == .environment ? KernelDispatch.environmentVariable : "the instruction set asked for"
        return "above the limit \(limit?.rawValue ?? "portable") set by \(source)"
    }

    /// The choice in one line.
    func reason(choosing chosen: String) -> String {
        let limit = limit?.rawValue ?? chosen
        let fallback = limit == chosen ? "" : "; it has no kernels of its own, \(chosen) is the next below"
        return switch origin {
        case .forced: "\(limit) was asked for\(fallback)"
        case .environment: "\(KernelDispatch.environmentVariable) asks for \(limit)\(fallback)"
        case .detected: "\(chosen) is the best this processor offers kernels for"
        }
    }
}
