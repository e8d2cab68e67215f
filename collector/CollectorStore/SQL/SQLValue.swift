import EdgeprofAPI

/// A value of a column or an argument of a statement, in either dialect.
enum SQLValue: Sendable, Hashable {
    case null
    /// INTEGER, BIGINT; also a flag (0 or 1) and a time (milliseconds since 1970).
    case integer(Int64)
    /// REAL, DOUBLE PRECISION.
    case real(Double)
    /// TEXT.
    case text(String)
    /// BLOB, BYTEA.
    case blob([UInt8])

    init(_ value: Int) { self = .integer(Int64(value)) }
    init(_ value: Int64) { self = .integer(value) }
    init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    init(_ value: Double) { self = .real(value) }
    init(_ value: String) { self = .text(value) }
    init(_ value: [UInt8]) { self = .blob(value) }

    init(_ value: Timestamp) { self = .integer(value.millisecondsSinceEpoch) }

    init(_ value: Int?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: Int64?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: Bool?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: Double?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: String?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: [UInt8]?) { self = value.map { SQLValue($0) } ?? .null }
    init(_ value: Timestamp?) { self = value.map { SQLValue($0) } ?? .null }
}

extension SQLValue: ExpressibleByNilLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral
{
    init(nilLiteral: ()) { self = .null }
    init(integerLiteral value: Int64) { self = .integer(value) }
    init(floatLiteral value: Double) { self = .real(value) }
    init(stringLiteral value: String) { self = .text(value) }
}
