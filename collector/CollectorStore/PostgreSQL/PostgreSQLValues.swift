import CPQ

/// Arguments and columns in PostgreSQL's formats.
///
/// Numbers go out as text, which fits whatever width the server infers; texts and bytes go out as they are. Everything
/// comes back in the binary format: integers and doubles big-endian, texts as UTF-8
/// (https://www.postgresql.org/docs/15/protocol-overview.html#PROTOCOL-FORMAT-CODES).
enum PostgreSQLValues {
    /// Hands arguments to libpq, which copies them.
    static func withArguments<Value>(
        _ arguments: [SQLValue],
        _ body: (
            _ count: Int32, _ values: UnsafePointer<UnsafePointer<CChar>?>, _ lengths: UnsafePointer<Int32>,
            _ formats: UnsafePointer<Int32>
        ) throws -> Value
    ) throws -> Value {
        var bytes: [UInt8] = []
        var offsets: [Int?] = []
        var lengths: [Int32] = []
        var formats: [Int32] = []
        for argument in arguments {
            let start = bytes.count
            var format: Int32 = 1
            switch argument {
            case .null: break
            case .integer(let number):
                bytes += "\(number)".utf8
                format = 0
            case .real(let number):
                bytes += "\(number)".utf8
                format = 0
            case .text(let text): bytes += text.utf8
            case .blob(let blob): bytes += blob
            }
            let length = bytes.count - start
            guard length < 1 << 30 else { throw StoreError(.failed, "a value is larger than PostgreSQL takes (1 GiB)") }
            offsets.append(argument == .null ? nil : start)
            lengths.append(Int32(length))
            formats.append(format)
            // Ends a number, and keeps the address of an empty value apart from null.
            bytes.append(0)
        }
        let count = Int32(arguments.count)
        lengths.append(0)
        formats.append(0)
        bytes.append(0)
        return try bytes.withUnsafeBytes { raw in
            let base = raw.assumingMemoryBound(to: CChar.self).baseAddress
            let values = offsets.map { offset in offset.flatMap { base?.advanced(by: $0) } } + [nil]
            return try values.withUnsafeBufferPointer { values in
                try lengths.withUnsafeBufferPointer { lengths in
                    try formats.withUnsafeBufferPointer { formats in
                        // None is empty, so all have an address.
                        guard let values = values.baseAddress, let lengths = lengths.baseAddress,
                            let formats = formats.baseAddress
                        else { preconditionFailure("an array with elements has no address") }
                        return try body(count, values, lengths, formats)
                    }
                }
            }
        }
    }

    /// Reads a column of a row, by the object id of its type (`pg_type.dat`).
    static func value(_ result: OpaquePointer, row: Int32, column: Int32, type: UInt32) throws -> SQLValue {
        if PQgetisnull(result, row, column) == 1 { return .null }
        guard let start = PQgetvalue(result, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result, row, column)))
        func unsigned<Number: FixedWidthInteger>(_: Number.Type) throws -> Number {
            guard bytes.count == MemoryLayout<Number>.size else { throw SQLColumnError(column: "\(column)") }
            return bytes.reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
        }
        switch type {
        case 20: return .integer(try unsigned(Int64.self))
        case 23: return .integer(Int64(try unsigned(Int32.self)))
        case 21: return .integer(Int64(try unsigned(Int16.self)))
        case 26: return .integer(Int64(try unsigned(UInt32.self)))
        case 16: return .integer(Int64(try unsigned(UInt8.self)))
        case 701: return .real(Double(bitPattern: try unsigned(UInt64.self)))
        case 700: return .real(Double(Float(bitPattern: try unsigned(UInt32.self))))
        case 25, 1043, 1042, 19, 705: return .text(String(decoding: bytes, as: UTF8.self))
        case 17: return .blob(Array(bytes))
        case 1700: return try numeric(bytes, column)
        default:
            throw StoreError(.failed, "column \(column) of an answer has type \(type), which the store does not read")
        }
    }

    /// `numeric`, which sums and averages are: base-10000 digits behind count, weight, sign and scale of 16 bits each.
    private static func numeric(_ bytes: UnsafeRawBufferPointer, _ column: Int32) throws -> SQLValue {
        func word(_ index: Int) -> Int { Int(bytes[2 * index]) << 8 | Int(bytes[2 * index + 1]) }
        guard bytes.count >= 8, bytes.count == 8 + 2 * word(0) else { throw SQLColumnError(column: "\(column)") }
        let (count, weight) = (word(0), Int(Int16(truncatingIfNeeded: word(1))))
        guard word(2) == 0 || word(2) == 0x4000 else { throw SQLColumnError(column: "\(column)") }
        let sign = word(2) == 0 ? "" : "-"
        func digits(_ index: Int) -> String {
            let text = 0..<count ~= index ? String(word(4 + index)) : "0"
            return String(repeating: "0", count: max(0, 4 - text.utf8.count)) + text
        }
        let whole = weight < 0 ? "0" : (0...weight).map(digits).joined()
        guard word(3) > 0 else {
            guard let number = Int64(sign + whole) else { throw SQLColumnError(column: "\(column)") }
            return .integer(number)
        }
        let fraction = (weight + 1..<max(weight + 1, count)).map(digits).joined()
        let lead = String(repeating: "0000", count: max(0, -weight - 1))
        let text = sign + whole + "." + (weight < 0 ? lead + (0..<count).map(digits).joined() : fraction) + "0"
        guard let number = Double(text) else { throw SQLColumnError(column: "\(column)") }
        return .real(number)
    }
}
