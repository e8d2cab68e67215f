extension HostFacts {
    /// Ids of the tiers whose rule accepts the host.
    ///
    /// - Parameters:
    ///   - tiers: the price list.
    ///   - labels: of the host's agent.
    /// - Returns: the ids; exactly one when all is well.
    public func tiers(among tiers: [Tier], labels: [String: String]) -> [String] {
        let facts = TierMatchFacts(
            cpuModel: cpuModel,
            memoryMib: Double(effectiveMemoryBytes) / 1_048_576,
            board: board,
            labels: labels
        )
        return TierMatcher.tiers(matching: facts, in: tiers)
    }
}
