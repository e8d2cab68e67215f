extension TierList {
    /// What is allowed and yet likely a mistake, one line each.
    public func remarks() -> [String] {
        var remarks: [String] = []
        for (index, tier) in tiers.enumerated() {
            if tier.match.isEmpty {
                remarks.append("tier \(tier.id) has no rule: only hosts labelled \(TierMatcher.standInLabel) are of it")
            }
            for other in tiers[..<index] where !tier.match.isEmpty && other.match == tier.match {
                remarks.append(
                    "tiers \(other.id) and \(tier.id) have one rule: a host it accepts is of both, and not ranked"
                )
            }
        }
        return remarks
    }
}
