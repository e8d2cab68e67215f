/// What a tier's rule looks at on a host.
public struct TierMatchFacts: Sendable, Equatable {
    /// The CPU's model name, as the host reports it; none when unknown.
    public var cpuModel: String?
    /// The host's memory, MiB; none when unknown.
    public var memoryMib: Double?
    /// The board's name, as the host reports it; none when unknown.
    public var board: String?
    /// The labels of the host's agent.
    public var labels: [String: String]

    /// Creates the facts of one host.
    public init(
        cpuModel: String? = nil,
        memoryMib: Double? = nil,
        board: String? = nil,
        labels: [String: String] = [:]
    ) {
        self.cpuModel = cpuModel
        self.memoryMib = memoryMib
        self.board = board
        self.labels = labels
    }
}

/// Finds the tiers a host belongs to.
public enum TierMatcher {
    /// The label by which a host is declared to stand in for a tier: its value is the tier's id.
    public static let standInLabel = "stand-in-for"

    /// The ids of the tiers whose rule the host meets, in the order of the list.
    ///
    /// A tier picked by label goes before those that only recognise the hardware, because somebody chose it. One match
    /// is the good case. None and several are the caller's to report: a host without a tier cannot be ranked, and one
    /// in two tiers would be ranked at two prices.
    ///
    /// A host that is declared a stand-in belongs to that tier alone, whatever it is itself.
    public static func tiers(matching facts: TierMatchFacts, in tiers: [Tier]) -> [String] {
        if let tier = facts.labels[standInLabel] { return tiers.map(\.id).filter { $0 == tier } }
        let matches = tiers.filter { $0.match.accepts(facts) }
        let labelled = matches.filter { !$0.match.label.isEmpty }
        return (labelled.isEmpty ? matches : labelled).map(\.id)
    }
}

extension Tier.Match {
    /// Whether every condition of the rule holds; an unknown fact meets no condition, an empty rule no host.
    public func accepts(_ facts: TierMatchFacts) -> Bool {
        guard !isEmpty else { return false }
        if let cpuModel, !Self.contains(facts.cpuModel, cpuModel) { return false }
        if let board, !Self.contains(facts.board, board) { return false }
        if let memoryMib {
            guard memoryMib.count == 2, let memory = facts.memoryMib,
                memory >= memoryMib[0], memory <= memoryMib[1]
            else { return false }
        }
        return label.allSatisfy { facts.labels[$0.key] == $0.value }
    }

    private static func contains(_ text: String?, _ part: String) -> Bool {
        guard let text else { return false }
        let haystack = Array(text.lowercased().utf8)
        let needle = Array(part.lowercased().utf8)
        guard needle.count <= haystack.count else { return false }
        return (0...(haystack.count - needle.count)).contains { start in
            haystack[start..<(start + needle.count)].elementsEqual(needle)
        }
    }
}
