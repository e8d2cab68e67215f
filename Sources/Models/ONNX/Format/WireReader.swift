/// Reads the protobuf wire format over a file's bytes, checking every length against what is there.
///
/// The format: a message is a sequence of fields, each a varint tag (field number · 8 + wire type) and a value; a varint
/// has seven bits a byte, lowest first, the top bit set on all bytes but the last
/// (https://protobuf.dev/programming-guides/encoding).
struct WireReader {
    /// How a field's value is written.
    enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case lengthDelimited = 2
        case fixed32 = 5
    }

    let bytes: UnsafeRawBufferPointer
    private(set) var position: Int
    /// End of the message being read.
    private(set) var end: Int

    init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// Reads a varint of at most ten bytes; bits beyond the 64th are dropped, as all decoders do.
    mutating func readVarint() throws(ONNXError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes[position]
            position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else { throw malformed("a varint of more than ten bytes") }
        }
        throw malformed("the data ends within a number")
    }

    /// Reads a field's number and wire type.
    mutating func readTag() throws(ONNXError) -> (field: Int, type: WireType) {
        let tag = try readVarint()
        guard let type = WireType(rawValue: tag & 7), (1...0x1FFF_FFFF).contains(tag >> 3) else {
            throw malformed("field tag \(tag)")
        }
        return (Int(tag >> 3), type)
    }

    /// Reads past a field's value.
    ///
    /// - Returns: Where the value lies; without its length for a length-delimited one.
    mutating func readValue(_ type: WireType) throws(ONNXError) -> Range<Int> {
        var start = position
        switch type {
        case .varint: _ = try readVarint()
        case .fixed32: try advance(4)
        case .fixed64: try advance(8)
        case .lengthDelimited:
            let length = try readVarint()
            start = position
            try advance(Int(clamping: length))
        }
        return start..<position
    }

    private mutating func advance(_ count: Int) throws(ONNXError) {
        guard count <= end - position else {
            throw malformed("a field of \(count) bytes where \(end - position) are left")
        }
        position += count
    }

    func malformed(_ problem: String) -> ONNXError {
        ONNXError(.malformed, "not a well-formed ONNX file at byte \(position): \(problem); get the file again")
    }
}
