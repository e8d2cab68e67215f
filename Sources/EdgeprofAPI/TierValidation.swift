extension TierList {
    /// What keeps the price list from being used, each with its key path; empty when it is sound.
    public func problems() -> [ConfigurationProblem] { Tier.problems(of: tiers) }
}

extension Tier {
    /// What keeps a list of tiers from being used, each with its key path; empty when it is sound.
    public static func problems(of tiers: [Tier]) -> [ConfigurationProblem] {
        var collector = ProblemCollector()
        if tiers.isEmpty { collector.add("tiers", "is empty; list at least one tier") }
        var firstIndex: [String: Int] = [:]
        for (index, tier) in tiers.enumerated() {
            let path = "tiers[\(index)]"
            if let first = firstIndex[tier.id] {
                collector.add("\(path).id", "`\(tier.id)` is already used by tiers[\(first)]")
            } else {
                firstIndex[tier.id] = index
            }
            tier.collectProblems(path, into: &collector)
        }
        return collector.problems
    }

    private func collectProblems(_ path: String, into collector: inout ProblemCollector) {
        if !Self.isName(id) {
            collector.add(
                "\(path).id",
                "use 1 to 100 letters, digits, dots, dashes or underscores"
            )
        }
        collector.require(priceUsd, "\(path).price_usd", in: 0...10_000_000)
        collector.require(installUsd, "\(path).install_usd", in: 0...10_000_000)
        collector.require(memoryMib, "\(path).memory_mib", in: 1...100_000_000)
        collector.require(
            osReserveMib,
            "\(path).os_reserve_mib",
            in: 0...max(0, memoryMib.isFinite ? memoryMib : 0),
            "it cannot exceed memory_mib"
        )
        collector.require(idleWatts, "\(path).idle_watts", in: 0...100_000)
        collector.require(activeWatts, "\(path).active_watts", in: 0...100_000)
        if activeWatts < idleWatts {
            collector.add("\(path).active_watts", "is below idle_watts")
        }
        collector.require(maintenancePerYear, "\(path).maintenance_per_year", in: 0...10, "a fraction of the price")
        if let maxUnitsPerSite { collector.require(maxUnitsPerSite, "\(path).max_units_per_site", in: 1...1_000_000) }
        if let lifetimeYears { collector.require(lifetimeYears, "\(path).lifetime_years", in: 0.1...100) }
        if let boardToWall { collector.require(boardToWall, "\(path).board_to_wall", in: 1...100) }
        if let packageToWall { collector.require(packageToWall, "\(path).package_to_wall", in: 1...100) }
        if let pricedOn, !Self.isDay(pricedOn) {
            collector.add("\(path).priced_on", "`\(pricedOn)` is not a day such as 2026-11-22")
        }
        caches?.collectProblems("\(path).caches", into: &collector)
        if let peakGops { collector.require(peakGops, "\(path).peak_gops", in: 0.01...10_000_000) }
        if let bandwidthGbps { collector.require(bandwidthGbps, "\(path).bandwidth_gbps", in: 0.01...100_000) }
        match.collectProblems("\(path).match", into: &collector)
    }

    private static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default:
                    false
                }
            }
    }

    /// Whether the text has the form yyyy-mm-dd with a possible month and day.
    private static func isDay(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
            text.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let month = Int(parts[1]), let day = Int(parts[2])
        else { return false }
        return (1...12).contains(month) && (1...31).contains(day)
    }
}

extension Tier.Caches {
    fileprivate func collectProblems(_ path: String, into collector: inout ProblemCollector) {
        let levels = [("l1d_kib", l1dKib), ("l2_kib", l2Kib), ("l3_kib", l3Kib)]
        var before: (key: String, kib: Int)?
        for (key, kib) in levels {
            guard let kib else { continue }
            collector.require(kib, "\(path).\(key)", in: 1...16_777_216)
            if let before, kib < before.kib {
                collector.add("\(path).\(key)", "\(kib) is below \(before.key), \(before.kib); levels grow")
            }
            before = (key, kib)
        }
        if before == nil { collector.add(path, "is empty; leave it out instead") }
    }
}

extension Tier.Match {
    fileprivate func collectProblems(_ path: String, into collector: inout ProblemCollector) {
        if let cpuModel, cpuModel.isEmpty { collector.add("\(path).cpu_model", "is empty; leave it out instead") }
        if let board, board.isEmpty { collector.add("\(path).board", "is empty; leave it out instead") }
        guard let memoryMib else { return }
        guard memoryMib.count == 2 else {
            return collector.add("\(path).memory_mib", "give the lowest and the highest memory, such as [0, 1100]")
        }
        collector.require(memoryMib[0], "\(path).memory_mib[0]", in: 0...100_000_000)
        collector.require(memoryMib[1], "\(path).memory_mib[1]", in: 0...100_000_000)
        if memoryMib[0] > memoryMib[1] { collector.add("\(path).memory_mib", "the lowest is above the highest") }
    }
}
