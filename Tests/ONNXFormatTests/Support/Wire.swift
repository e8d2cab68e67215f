/// Protobuf by hand, for files no library would write.
enum Wire {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func int(_ field: UInt64, _ value: Int64) -> [UInt8] {
        varint(field << 3) + varint(UInt64(bitPattern: value))
    }

    static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(value.count)) + value
    }

    static func text(_ field: UInt64, _ value: String) -> [UInt8] { bytes(field, Array(value.utf8)) }

    /// A model of one graph of these bytes.
    static func model(graph: [UInt8]) -> [UInt8] {
        int(1, 8) + bytes(7, graph) + bytes(8, text(1, "") + int(2, 17))
    }

    /// A model of one initializer `t`.
    static func model(dims: [Int64], type: Int64, _ rest: [UInt8]) -> [UInt8] {
        model(graph: bytes(5, dims.flatMap { int(1, $0) } + int(2, type) + text(8, "t") + rest))
    }

    /// External data entries.
    static func external(_ entries: KeyValuePairs<String, String>) -> [UInt8] {
        entries.flatMap { bytes(13, text(1, $0.key) + text(2, $0.value)) } + int(14, 1)
    }
}
