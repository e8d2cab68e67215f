import EdgeprofAPI

extension Ranking {
    /// The ranking as it would be if every model reached the best roofline share measured on its tier.
    ///
    /// The engine holds some models back more than others. Each latency L is multiplied, and each throughput T divided, by
    /// share / (largest share on the tier), and everything is ranked again at the point estimates. Feasible choices can
    /// only gain by that, so all stay feasible; one that becomes feasible counts as coming after all that were.
    var equalShare: RankingResult.EqualShare {
        let listed = Set(tiers.tiers.map(\.id))
        let ranked = measurements.filter { listed.contains($0.tier) && $0.throughputPerSecond > 0 }
        let unknown = Set(ranked.filter { $0.rooflineShare == nil }.map { "\($0.model) on \($0.tier)" }).sorted()
        guard unknown.isEmpty else {
            return RankingResult.EqualShare(
                orderSurvives: nil,
                first: nil,
                message: "Whether the order would survive equal roofline shares cannot be told: none is known of "
                    + "\(Text.list(unknown))."
            )
        }
        let best = Dictionary(grouping: ranked, by: \.tier).mapValues { $0.compactMap(\.rooflineShare).max() ?? 1 }
        let scaled = measurements.map { measurement in
            guard let share = measurement.rooflineShare, let most = best[measurement.tier] else { return measurement }
            return measurement.speededUp(by: most / share)
        }
        let order = Self.order(scaled, tiers, deployment, objective)
            .filter { $0.isFeasible && filter.accepts($0) }.map(\.alternative)
        guard let first = order.first else {
            return RankingResult.EqualShare(
                orderSurvives: true,
                first: nil,
                message: "Nothing would be feasible at equal roofline shares either."
            )
        }
        let survives = keepsOrder(order)
        let leader = "\(first.model) on \(first.tier) would lead"
        return RankingResult.EqualShare(
            orderSurvives: survives,
            first: first,
            message: survives
                ? "The order would survive if every model reached the same share of its roofline: \(leader)."
                : "The order rests on the engine: if every model reached the same share of its roofline, \(leader)."
        )
    }

    /// Whether an order agrees with the ranking's: nobody comes before one of a better tie group.
    private func keepsOrder(_ order: [Choice.Alternative]) -> Bool {
        var groups: [String: Int] = [:]
        for (index, choice) in choices.enumerated() where choice.feasible {
            // Without intervals each choice is a group of its own.
            groups["\(choice.model)|\(choice.tier)"] = choice.tieGroup ?? index + 1
        }
        let sequence = order.map { groups["\($0.model)|\($0.tier)"] ?? .max }
        return zip(sequence, sequence.dropFirst()).allSatisfy { $0 <= $1 }
    }
}

extension TierMeasurement {
    /// The measurement of an engine so many times as fast.
    func speededUp(by factor: Double) -> TierMeasurement {
        var copy = self
        copy.throughputPerSecond *= factor
        copy.latencyMilliseconds = latencyMilliseconds?.divided(by: factor)
        copy.worstHostLatencyMilliseconds = worstHostLatencyMilliseconds?.divided(by: factor)
        copy.hosts = hosts.map { host in
            Host(
                id: host.id,
                runs: host.runs.map {
                    Run(
                        throughputPerSecond: $0.throughputPerSecond * factor,
                        p50: $0.p50 / factor,
                        p90: $0.p90 / factor,
                        p99: $0.p99 / factor,
                        peakRssMib: $0.peakRssMib
                    )
                },
                latencyMilliseconds: host.latencyMilliseconds?.divided(by: factor)
            )
        }
        return copy
    }
}

extension TierMeasurement.Latency {
    fileprivate func divided(by factor: Double) -> TierMeasurement.Latency {
        TierMeasurement.Latency(p50: p50 / factor, p90: p90 / factor, p99: p99 / factor)
    }
}
