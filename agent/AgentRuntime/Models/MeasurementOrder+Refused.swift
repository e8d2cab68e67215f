internal import EdgeprofAPI
internal import Glibc

extension MeasurementOrder {
    /// The run of a model that could not be had.
    ///
    /// - Parameter reason: Why, in one line.
    /// - Returns: What answers the assignment.
    func refused(because reason: String) -> Run {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let now = Timestamp(millisecondsSinceEpoch: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        let sha256 = assignment.modelSha256 ?? ""
        return Run(
            id: UUIDv7.make(at: now),
            startedAt: now,
            host: host,
            outcome: .refused,
            outcomeReason: Self.line(reason),
            model: Run.ModelReference(
                name: assignment.model,
                sha256: Run.ModelReference.isSHA256(sha256) ? sha256 : "",
                source: .file
            ),
            threads: settings.threads,
            instances: settings.instances,
            isa: settings.isa ?? host.isa,
            plan: settings.plan,
            scenario: settings.scenario,
            ratePerSecond: settings.ratePerSecond,
            flags: host.limits == nil ? [] : [.standIn],
            producer: "edgeprof \(Edgeprof.version)"
        )
    }

    /// What the collector takes as a reason.
    private static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(1000)
        return String(scalars.map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
