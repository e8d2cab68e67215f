import Crypto
import EdgeprofAPI

/// What a run can be asked for by, beside what has a column of its own.
struct RunFacets: Sendable {
    /// A model by name and content.
    struct Model: Sendable, Hashable {
        var name: String
        var sha256: String
    }

    /// A host by all that tiers match.
    struct Host: Sendable, Hashable {
        var agentId: String?
        var hostname: String
        var cpuModel: String
        var board: String?
        var memoryBytes: Int64

        /// The first 16 bytes of the SHA-256 of all its fields.
        var key: [UInt8] {
            var hash = SHA256()
            for text in [agentId, hostname, cpuModel, board, String(memoryBytes)] {
                // Lengths, or two hosts could be written alike.
                hash.update(data: Array("\(text?.utf8.count ?? -1):\(text ?? "")".utf8))
            }
            return Array(hash.finalize().prefix(16))
        }
    }

    let runId: String
    let model: Model
    let host: Host
    let flagBits: Int64

    init(_ run: Run) {
        runId = run.id
        model = Model(name: run.model.name, sha256: run.model.sha256)
        host = Host(
            agentId: run.agentId,
            hostname: run.host.hostname,
            cpuModel: run.host.cpuModel,
            board: run.host.board,
            memoryBytes: Int64(clamping: run.host.effectiveMemoryBytes)
        )
        flagBits = Self.bits(of: run.flags)
    }

    /// A bit for each flag, by its place among those that are stored.
    static func bits(of flags: [Flag]) -> Int64 {
        flags.reduce(0) { bits, flag in
            StoredChoices.flags.firstIndex(of: flag).map { bits | 1 << Int64($0) } ?? bits
        }
    }
}
