internal import EdgeprofAPI
internal import MeasurementCore

extension Run {
    /// Sets the run's roofline, its layers' shares and `engine-limited`.
    ///
    /// - Parameters:
    ///   - record: what was measured.
    ///   - ceilings: what the host can do on as many threads, or why that is not known.
    ///   - areFresh: whether they were measured right after the run.
    /// - Returns: whether the run was faster than the ceilings allow, which then have to be measured again.
    @discardableResult
    mutating func setRoofline(
        _ record: MeasuredRecord,
        _ ceilings: Result<RecordedCeilings, RooflineGap>,
        areFresh: Bool = false
    ) -> Bool {
        guard outcome == .ok, let latency = latencyNanoseconds else { return false }
        do throws(RooflineGap) {
            let model = RooflineModel(try ceilings.get(), instances: instances)
            let allowed = try model.allowed(
                record.steps,
                weightBytes: record.memory.weightBytes,
                arenaBytes: record.memory.arenaBytes
            )
            let total = allowed.reduce(0) { $0 + $1.nanoseconds }
            let share = total / Double(max(1, latency.p50))
            guard total > 0 else { throw RooflineGap(reason: "the plan has nothing to do") }
            guard share <= Roofline.largestShare else {
                roofline = Roofline(absent: Self.surpassed(share, areFresh: areFresh))
                return true
            }
            self.roofline = Roofline(
                share: share,
                allowedNanoseconds: total,
                boundBy: Self.bound(of: allowed),
                peakMacsPerSecond: model.macsPerSecond,
                bandwidths: model.levels.compactMap { level in
                    level.bytesPerSecond.map { Roofline.Bandwidth(level: level.bound, bytesPerSecond: $0) }
                }
            )
            if share < Roofline.engineLimitedShare { flags.append(.engineLimited) }
            setLayers(allowed)
        } catch {
            roofline = Roofline(absent: error.reason)
        }
        return false
    }

    private static func surpassed(_ share: Double, areFresh: Bool) -> String {
        let percent = share < 1e6 ? "\(Int(share * 100))" : "over 1000000"
        return "the run took less time than the ceilings allow (\(percent) %): "
            + (areFresh
                ? "the box's speed varies, or its caches hold more than they state"
                : "they were measured while the box was slower")
    }

    private mutating func setLayers(_ allowed: [RooflineModel.Allowed]) {
        guard let count = layers?.count, count == allowed.count else { return }
        for index in 0..<count {
            layers?[index].boundBy = allowed[index].bound
            guard let nanoseconds = layers?[index].nanoseconds, nanoseconds > 0 else { continue }
            layers?[index].rooflineShare = allowed[index].nanoseconds / Double(nanoseconds)
        }
    }

    /// What sets the ceiling for most of the time.
    private static func bound(of allowed: [RooflineModel.Allowed]) -> Roofline.Bound {
        var times: [Roofline.Bound: Double] = [:]
        for step in allowed { times[step.bound, default: 0] += step.nanoseconds }
        // In the order of the cases, so that ties do not depend on hashing.
        return Roofline.Bound.allCases.max { times[$0] ?? 0 < times[$1] ?? 0 } ?? .compute
    }
}
