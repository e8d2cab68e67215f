import EdgeprofAPI
import Foundation

/// Stored runs into runs.
extension SQLStore {
    /// The runs of rows with a document each, in their order.
    static func runs(_ rows: [SQLRow], parts cache: PartCache, in transaction: any SQLTransaction) throws -> [Run] {
        let bodies = try rows.map { try $0.blob("document") }
        var keys: Set<[UInt8]> = []
        for body in bodies {
            keys.formUnion(try reading { () throws(StoredRunError) in try RunCodec.partKeys(of: body) })
        }
        var parts = cache.parts(keys)
        var found: [[UInt8]: [UInt8]] = [:]
        for key in keys where parts[key] == nil {
            found[key] = try transaction.row("SELECT bytes FROM run_part WHERE key = $1", [SQLValue(key)])?.blob(
                "bytes"
            )
        }
        cache.remember(found)
        parts.merge(found) { first, _ in first }
        return try bodies.map { body in
            try reading { () throws(StoredRunError) in try RunCodec.decode(body, parts: parts) }
        }
    }

    private static func reading<Value>(_ body: () throws(StoredRunError) -> Value) throws -> Value {
        do throws(StoredRunError) {
            return try body()
        } catch {
            if case .newer = error {
                throw StoreError(.newerSchema, "a newer edgeprof-collector stored a run; upgrade this one")
            }
            throw StoreError(
                .corrupt,
                "a stored run cannot be read; restore the store from a backup",
                cause: "\(error)"
            )
        }
    }
}
