import EdgeprofAPI
import Foundation

/// The store in a database that speaks SQL; every method is written once, whichever it is.
public final class SQLStore: Sendable {
    let engine: any SQLEngine

    /// Parts of stored runs that are at hand.
    let knownParts = PartCache()
    /// Numbers of models and hosts that are at hand.
    let knownFacets = FacetCache()
    /// What runs go through into the store.
    let deliveries: GroupCommit

    init(engine: any SQLEngine) {
        self.engine = engine
        deliveries = GroupCommit { [engine, knownParts, knownFacets] deliveries in
            let outcome = try await engine.write(.idempotent) { transaction in
                try Self.store(deliveries, knownParts: knownParts, knownFacets: knownFacets, in: transaction)
            }
            knownParts.remember(outcome.parts)
            knownFacets.remember(outcome.facets)
            return outcome.results
        }
    }

    /// Closes all connections, waiting for what is under way.
    public func close() throws { try engine.close() }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await engine.read(body)
    }

    func write<Value: Sendable>(
        _ kind: SQLWriteKind = .exclusive,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Value
    ) async throws -> Value {
        try await engine.write(kind, body)
    }

    /// The JSON of a document column.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    static func encodeText(_ value: some Encodable) throws -> String {
        String(decoding: try encode(value), as: UTF8.self)
    }

    /// Reads a document column, of text or bytes.
    ///
    /// One that cannot be read means a damaged store, for only valid ones are written.
    static func decode<Value: Decodable>(_ type: Value.Type, from row: SQLRow, _ column: String) throws -> Value {
        guard let value = try decode(type, fromOptional: row, column) else { throw SQLColumnError(column: column) }
        return value
    }

    /// As `decode`; nil where the column is NULL.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        fromOptional row: SQLRow,
        _ column: String
    ) throws -> Value? {
        let data: Data
        switch try row.value(column) {
        case .null: return nil
        case .text(let text): data = Data(text.utf8)
        case .blob(let bytes): data = Data(bytes)
        default: throw SQLColumnError(column: column)
        }
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw StoreError(
                .corrupt,
                "a stored \(type) cannot be read; restore the store from a backup",
                cause: "\(error)"
            )
        }
    }
}
