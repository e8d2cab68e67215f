/// The instruction sets a processor and its operating system let a program use; `portable` is always one of them.
public struct InstructionSets: Sendable, Hashable {
    private let members: Set<InstructionSet>

    /// Makes a set of instruction sets, adding `portable`.
    public init(_ members: some Sequence<InstructionSet>) {
        self.members = Set(members).union([.portable])
    }

    /// All of them, best first: the order kernels are tried in.
    public var bestFirst: [InstructionSet] {
        members.sorted(by: >)
    }

    /// The fastest of them.
    public var best: InstructionSet {
        members.max() ?? .portable
    }

    /// Whether kernels for `instructionSet` can run here.
    public func contains(_ instructionSet: InstructionSet) -> Bool {
        members.contains(instructionSet)
    }

    /// Those no faster than `ceiling`: what a host held to an older instruction set would have.
    public func limited(to ceiling: InstructionSet) -> InstructionSets {
        InstructionSets(members.filter { $0 <= ceiling })
    }

    /// Why `instructionSet` cannot run here, or nil if it can.
    public func reasonUnusable(_ instructionSet: InstructionSet, on architecture: Architecture? = .current) -> String? {
        if contains(instructionSet) { return nil }
        if let needed = instructionSet.architecture, needed != architecture {
            return "needs an \(needed.rawValue) processor"
        }
        return "this processor, or its operating system, does not offer \(instructionSet.rawValue)"
    }
}
