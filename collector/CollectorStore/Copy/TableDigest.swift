import Crypto

/// Count and checksum of a table's rows, whatever their order: the sum of the rows' SHA-256, modulo 2^64 in four lanes.
struct TableDigest: Sendable, Hashable {
    private(set) var count = 0
    private var lanes: [UInt64] = [0, 0, 0, 0]

    mutating func add(_ row: SQLRow) {
        var hash = SHA256()
        func add(_ tag: UInt8, _ bytes: some Sequence<UInt8>, _ length: Int) {
            var head = [tag]
            head += (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
            hash.update(data: head)
            hash.update(data: Array(bytes))
        }
        for value in row.values {
            switch value {
            case .null: add(0, [], 0)
            case .integer(let number): add(1, Self.bytes(UInt64(bitPattern: number)), 8)
            case .real(let number): add(2, Self.bytes(number.bitPattern), 8)
            case .text(let text): add(3, text.utf8, text.utf8.count)
            case .blob(let blob): add(4, blob, blob.count)
            }
        }
        for (index, byte) in hash.finalize().enumerated() { lanes[index / 8] &+= UInt64(byte) << (8 * (index % 8)) }
        count += 1
    }

    /// Reads a whole table in steps, each `read` one of them.
    static func of(
        _ table: StoreTable,
        reading read: (@escaping @Sendable (any SQLTransaction) throws -> [SQLRow]) async throws -> [SQLRow]
    ) async throws -> TableDigest {
        var digest = TableDigest()
        var size = BatchSize()
        var last: [SQLValue]?
        while true {
            let (key, limit) = (last, size.rows)
            let rows = try await read { try table.rows(after: key, limit: limit, in: $0) }
            guard let end = rows.last else { return digest }
            for row in rows { digest.add(row) }
            size.learn(from: rows)
            last = try table.key(of: end)
        }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
}
