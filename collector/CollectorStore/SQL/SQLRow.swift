import EdgeprofAPI

/// A row of an answer; every access checks what is there, for a damaged store may hold anything.
struct SQLRow: Sendable {
    /// Names of the columns, shared by all rows of an answer.
    let columns: [String]
    /// Their values, in the same order.
    let values: [SQLValue]

    /// A column's value, whatever it is.
    func value(_ column: String) throws -> SQLValue {
        // Linear: a handful of columns.
        guard let index = columns.firstIndex(of: column), index < values.count else {
            throw SQLColumnError(column: column)
        }
        return values[index]
    }

    func text(_ column: String) throws -> String { try required(optionalText(column), column) }
    func integer(_ column: String) throws -> Int64 { try required(optionalInteger(column), column) }
    func count(_ column: String) throws -> Int { try required(optionalCount(column), column) }
    func flag(_ column: String) throws -> Bool { try integer(column) != 0 }
    func real(_ column: String) throws -> Double { try required(optionalReal(column), column) }
    func blob(_ column: String) throws -> [UInt8] { try required(optionalBlob(column), column) }
    func timestamp(_ column: String) throws -> Timestamp { try required(optionalTimestamp(column), column) }

    func optionalText(_ column: String) throws -> String? {
        switch try value(column) {
        case .null: nil
        case .text(let text): text
        default: throw SQLColumnError(column: column)
        }
    }

    func optionalInteger(_ column: String) throws -> Int64? {
        switch try value(column) {
        case .null: nil
        case .integer(let number): number
        default: throw SQLColumnError(column: column)
        }
    }

    func optionalCount(_ column: String) throws -> Int? { try optionalInteger(column).map { Int($0) } }

    func optionalReal(_ column: String) throws -> Double? {
        switch try value(column) {
        case .null: nil
        case .real(let number): number
        case .integer(let number): Double(number)
        default: throw SQLColumnError(column: column)
        }
    }

    func optionalBlob(_ column: String) throws -> [UInt8]? {
        switch try value(column) {
        case .null: nil
        case .blob(let bytes): bytes
        default: throw SQLColumnError(column: column)
        }
    }

    func optionalTimestamp(_ column: String) throws -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(millisecondsSinceEpoch:))
    }

    private func required<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else { throw SQLColumnError(column: column) }
        return value
    }
}

/// A column holds no value of its type, or is not there: the store is damaged.
struct SQLColumnError: Error {
    /// Its name; never its value, which may be private.
    let column: String
}
