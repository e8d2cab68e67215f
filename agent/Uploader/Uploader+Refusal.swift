internal import EdgeprofAPI
internal import FoundationEssentials
internal import HTTPTransport
internal import Logging
internal import Spool

extension Uploader {
    /// Has a run whose request is refused as a whole answered for by one that says so.
    ///
    /// The collector ends the assignment of a run it can read and does not want. A body it cannot even read tells it of no
    /// assignment, which would stay open and be measured anew. Every collector takes a run that ended badly.
    ///
    /// - Parameters:
    ///   - id: the run, which is still in the spool.
    ///   - reason: what the collector says.
    func answer(insteadOf id: String, because reason: String) {
        guard let payload = try? spool.payload(of: id),
            let run = try? JSONDecoder().decode(Run.self, from: Data(payload)),
            let assignmentId = run.assignmentId, Spool.isName(assignmentId),
            let substitute = run.refused(because: reason),
            let json = try? CollectorClient.json(substitute)
        else { return }
        do throws(SpoolError) {
            try spool.append(id: substitute.id, reference: assignmentId, payload: json)
        } catch {
            logger.error("the assignment of run \(id) stays open: \(error)")
        }
    }
}

extension Run {
    private static let refusalPrefix = "the collector refuses the run that was taken: "

    /// A run without measurements that answers the same assignment; nil when this is one already, so that none follows it.
    func refused(because reason: String) -> Run? {
        guard outcomeReason?.hasPrefix(Self.refusalPrefix) != true else { return nil }
        let words = (Self.refusalPrefix + reason).unicodeScalars.prefix(500).map { scalar in
            scalar.properties.generalCategory == .control ? " " : Character(scalar)
        }
        return Run(
            id: UUIDv7.make(at: startedAt),
            agentId: agentId,
            jobId: jobId,
            assignmentId: assignmentId,
            startedAt: startedAt,
            host: host,
            outcome: .refused,
            outcomeReason: String(words),
            model: ModelReference(
                name: model.name,
                sha256: ModelReference.isSHA256(model.sha256) ? model.sha256 : "",
                family: model.family,
                source: model.source
            ),
            threads: threads,
            instances: instances,
            isa: isa,
            plan: plan,
            scenario: scenario,
            ratePerSecond: ratePerSecond,
            flags: host.limits == nil ? [] : [.standIn],
            producer: producer
        )
    }
}
