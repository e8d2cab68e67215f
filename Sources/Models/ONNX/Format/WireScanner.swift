// swift-protobuf copies every `bytes` field. So a scanner first walks the file: it notes where each tensor's data lies
// and writes a stripped copy of the rest, in which a tensor's data fields are one number, the tensor's payload. The copy
// holds only the fields of onnx.proto, in messages nested at most eight deep (types and graphs that nest in themselves
// are left out), so decoding it takes memory in proportion to its limited size.

/// Where the data of one tensor of the file lies.
struct TensorPayload {
    /// One occurrence of a data field, its value without length.
    struct Fragment {
        var field: Int
        var type: WireReader.WireType
        var range: Range<Int>
    }

    /// In the file's order.
    var fragments: [Fragment] = []
}

/// Makes the stripped copy of a model file.
struct WireScanner {
    /// The most bytes of a stripped copy: graphs of 100,000 nodes take about a third of it.
    static let largestCopy = 32 << 20
    /// The most fields, copied or of data: what decodes into objects far larger than its bytes.
    static let mostFields = 2_000_000
    /// Field of the stripped copy's tensors that names the payload (onnx.proto).
    static let payloadField = 0x1FFF_FFFF

    private(set) var copy: [UInt8] = []
    private(set) var payloads: [TensorPayload] = []
    private var fieldCount = 0

    /// Scans a whole file.
    init(_ bytes: UnsafeRawBufferPointer) throws(ONNXError) {
        try scan(.model, WireReader(bytes, range: 0..<bytes.count))
    }

    /// Messages that may nest only in messages listed before them, so recursion ends.
    private enum Message {
        case model, graph, node, attribute, valueInfo, tensor, type, tensorType, shape, dimension, entry

        /// What becomes of a field.
        func rule(for field: Int) -> Rule {
            switch (self, field) {
            case (.model, 7): .message(.graph)
            case (.model, 8): .message(.entry)
            case (.model, 1...3): .copy
            case (.graph, 1): .message(.node)
            case (.graph, 5): .message(.tensor)
            case (.graph, 11...13): .message(.valueInfo)
            case (.graph, 15): .refuse("sparse initializers")
            case (.graph, 2): .copy
            case (.node, 5): .message(.attribute)
            case (.node, 1...4), (.node, 7): .copy
            case (.attribute, 5): .message(.tensor)
            case (.attribute, 1...4), (.attribute, 7...9), (.attribute, 20): .copy
            case (.tensor, 4), (.tensor, 5), (.tensor, 7), (.tensor, 9...11): .payload
            case (.tensor, 3): .refuse("a tensor in segments")
            case (.tensor, 13): .message(.entry)
            case (.tensor, 1), (.tensor, 2), (.tensor, 8), (.tensor, 14): .copy
            case (.valueInfo, 2): .message(.type)
            case (.valueInfo, 1): .copy
            case (.type, 1): .message(.tensorType)
            case (.tensorType, 2): .message(.shape)
            case (.tensorType, 1): .copy
            case (.shape, 1): .message(.dimension)
            case (.dimension, 1...2), (.entry, 1...2): .copy
            default: .skip
            }
        }
    }

    private enum Rule {
        case copy
        case message(Message)
        case payload
        case refuse(String)
        case skip
    }

    private mutating func scan(_ message: Message, _ start: WireReader) throws(ONNXError) {
        var reader = start
        var payload = TensorPayload()
        while !reader.isAtEnd {
            let fieldStart = reader.position
            let (field, type) = try reader.readTag()
            let value = try reader.readValue(type)
            let rule = message.rule(for: field)
            if case .skip = rule { continue }
            fieldCount += 1
            guard fieldCount <= Self.mostFields else { throw tooLarge("more than \(Self.mostFields) fields") }
            switch rule {
            case .copy: try append(reader.bytes[fieldStart..<reader.position])
            case .message(let inner):
                guard type == .lengthDelimited else { throw reader.malformed("field \(field) is not a message") }
                appendVarint(UInt64(field) << 3 | 2)
                let lengthPosition = copy.count
                copy.append(contentsOf: [0, 0, 0, 0])
                try scan(inner, WireReader(reader.bytes, range: value))
                patchLength(at: lengthPosition)
            case .payload: payload.fragments.append(TensorPayload.Fragment(field: field, type: type, range: value))
            case .refuse(let kind): throw ONNXError(.unsupportedModel, "the file holds \(kind); export it without")
            case .skip: break
            }
        }
        if !payload.fragments.isEmpty {
            appendVarint(UInt64(Self.payloadField) << 3)
            appendVarint(UInt64(payloads.count))
            payloads.append(payload)
        }
        try append(UnsafeRawBufferPointer(start: nil, count: 0)[...])
    }

    private mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) throws(ONNXError) {
        guard copy.count + bytes.count <= Self.largestCopy else {
            throw tooLarge("more than \(Self.largestCopy >> 20) MiB without its constants")
        }
        copy.append(contentsOf: bytes)
    }

    private mutating func appendVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            copy.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        copy.append(UInt8(rest))
    }

    /// Writes the length of what follows as a varint of four bytes; 28 bits hold any length within `largestCopy`.
    private mutating func patchLength(at position: Int) {
        let length = copy.count - position - 4
        for index in 0..<4 {
            copy[position + index] = UInt8(length >> (7 * index) & 0x7F) | (index < 3 ? 0x80 : 0)
        }
    }

    private func tooLarge(_ what: String) -> ONNXError {
        ONNXError(.cannotRead, "the model is too large: it has \(what)")
    }
}
