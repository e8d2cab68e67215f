import Synchronization

/// Numbers of models and hosts that are stored for certain.
final class FacetCache: Sendable {
    /// More than this many are forgotten all at once.
    private static let most = 100_000

    struct Content: Sendable {
        var models: [RunFacets.Model: Int64] = [:]
        var hosts: [RunFacets.Host: Int64] = [:]
    }

    private let content = Mutex(Content())

    func number(of model: RunFacets.Model) -> Int64? { content.withLock { $0.models[model] } }
    func number(of host: RunFacets.Host) -> Int64? { content.withLock { $0.hosts[host] } }

    /// Remembers what a transaction that is durable now has read or made.
    func remember(_ new: Content) {
        guard !new.models.isEmpty || !new.hosts.isEmpty else { return }
        content.withLock { content in
            if content.models.count + content.hosts.count > Self.most { content = Content() }
            content.models.merge(new.models) { $1 }
            content.hosts.merge(new.hosts) { $1 }
        }
    }
}

/// Models and hosts into numbers, which a run's row holds in place of them; new ones get the next.
struct FacetNumbers {
    private let known: FacetCache
    private(set) var new = FacetCache.Content()

    init(known: FacetCache) { self.known = known }

    mutating func numbers(
        of run: RunFacets,
        in transaction: any SQLTransaction
    ) throws -> (model: Int64, host: Int64) {
        (try number(of: run.model, in: transaction), try number(of: run.host, in: transaction))
    }

    private mutating func number(of model: RunFacets.Model, in transaction: any SQLTransaction) throws -> Int64 {
        if let number = known.number(of: model) ?? new.models[model] { return number }
        let number = try Self.number(
            select: "SELECT number FROM measured_model WHERE sha256 = $1 AND name = $2",
            [SQLValue(model.sha256), SQLValue(model.name)],
            insert: "INSERT INTO measured_model (sha256, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [SQLValue(model.sha256), SQLValue(model.name)],
            in: transaction
        )
        new.models[model] = number
        return number
    }

    private mutating func number(of host: RunFacets.Host, in transaction: any SQLTransaction) throws -> Int64 {
        if let number = known.number(of: host) ?? new.hosts[host] { return number }
        let key = host.key
        let number = try Self.number(
            select: "SELECT number FROM measured_host WHERE key = $1",
            [SQLValue(key)],
            insert: """
                INSERT INTO measured_host (key, agent_id, hostname, cpu_model, board, memory_bytes)
                VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
                """,
            [
                SQLValue(key), SQLValue(host.agentId), SQLValue(host.hostname), SQLValue(host.cpuModel),
                SQLValue(host.board), SQLValue(host.memoryBytes),
            ],
            in: transaction
        )
        new.hosts[host] = number
        return number
    }

    private static func number(
        select: String,
        _ key: [SQLValue],
        insert: String,
        _ values: [SQLValue],
        in transaction: any SQLTransaction
    ) throws -> Int64 {
        if let row = try transaction.row(select, key) { return try row.integer("number") }
        try transaction.execute(insert, values)
        guard let row = try transaction.row(select, key) else { throw SQLColumnError(column: "number") }
        return try row.integer("number")
    }
}
