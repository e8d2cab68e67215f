import FoundationEssentials
import SwiftProtobuf

// A file is laid out as pieces: small messages are bytes made by swift-protobuf; each initializer's raw data is a piece
// of its own, made or copied when its turn comes. Only the three messages around raw data are put together here:
//
//     model      fields 1–3, graph (tag 0x3A, length), fields 8
//     graph      nodes (0x0A), name (0x12), initializers (0x2A, length), inputs (0x5A), outputs (0x62), values (0x6A)
//     initializer  dims, data_type, name, raw_data (tag 0x4A, length, the bytes)

/// The bytes of a model's file in order, and their number.
struct FileLayout {
    enum Piece {
        case bytes([UInt8])
        case rawData(ONNXTensor)

        var byteCount: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .rawData(let tensor): tensor.byteCount
            }
        }

        /// Hands the bytes over a bounded chunk at a time.
        func forEachChunk<E>(_ body: (UnsafeRawBufferPointer) throws(E) -> Void) throws(E) {
            switch self {
            case .bytes(let bytes):
                try bytes.withUnsafeBytes { buffer in
                    Result { () throws(E) in try body(buffer) }
                }.get()
            case .rawData(let tensor):
                var start = 0
                while start < tensor.byteCount {
                    let end = min(start + ONNXWriter.chunk, tensor.byteCount)
                    try tensor.withBytes(start..<end) { buffer in
                        Result { () throws(E) in try body(buffer) }
                    }.get()
                    start = end
                }
            }
        }
    }

    private(set) var pieces: [Piece] = []

    init(_ model: ONNXModel) throws(ONNXError) {
        var small: [UInt8] = []
        var graph: [Piece] = []
        for node in model.graph.nodes { small += field(0x0A, try serialized(message(node))) }
        small += field(0x12, Array(model.graph.name.utf8))
        for tensor in model.graph.initializers {
            var header = TensorProto()
            header.dims = tensor.dimensions.map(Int64.init)
            header.dataType = tensor.elementType.rawValue
            header.name = tensor.name
            let start = try serialized(header) + [0x4A] + varint(tensor.byteCount)
            small += [0x2A] + varint(start.count + tensor.byteCount) + start
            graph += [.bytes(small), .rawData(tensor)]
            small = []
        }
        for info in model.graph.inputs { small += field(0x5A, try serialized(message(info))) }
        for info in model.graph.outputs { small += field(0x62, try serialized(message(info))) }
        for info in model.graph.valueInfos { small += field(0x6A, try serialized(message(info))) }
        graph.append(.bytes(small))

        var head = ModelProto()
        head.irVersion = model.irVersion
        if !model.producerName.isEmpty { head.producerName = model.producerName }
        if !model.producerVersion.isEmpty { head.producerVersion = model.producerVersion }
        let graphLength = graph.reduce(0) { $0 + $1.byteCount }
        pieces.append(.bytes(try serialized(head) + [0x3A] + varint(graphLength)))
        pieces += graph
        var tail: [UInt8] = []
        for (domain, version) in model.operatorSets.sorted(by: { $0.key < $1.key }) {
            var entry = OperatorSetIdProto()
            entry.domain = domain
            entry.version = version
            tail += field(0x42, try serialized(entry))
        }
        pieces.append(.bytes(tail))
        guard pieces.reduce(0, { $0 + $1.byteCount }) <= ONNXFile.largestFile else {
            throw ONNXError(
                .cannotWrite,
                "\(ONNXError.quoted(model.graph.name)): would be larger than 2 GiB, the most an ONNX file can hold; "
                    + "quantize the model first"
            )
        }
    }
}

private func varint(_ value: Int) -> [UInt8] {
    var rest = UInt(value)
    var bytes: [UInt8] = []
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(rest))
    return bytes
}

private func field(_ tag: UInt8, _ value: [UInt8]) -> [UInt8] { [tag] + varint(value.count) + value }

private func serialized(_ message: some Message) throws(ONNXError) -> [UInt8] {
    do {
        return try message.serializedBytes()
    } catch {
        throw ONNXError(.cannotWrite, "a part of the model is larger than an ONNX file can hold")
    }
}

private func message(_ node: ONNXNode) throws(ONNXError) -> NodeProto {
    var result = NodeProto()
    result.input = node.inputs
    result.output = node.outputs
    result.name = node.name
    result.opType = node.operatorType
    if !node.domain.isEmpty { result.domain = node.domain }
    for (name, attribute) in node.attributes.sorted(by: { $0.key < $1.key }) {
        result.attribute.append(try message(name, attribute, node: node.name))
    }
    return result
}

private func message(_ name: String, _ attribute: ONNXAttribute, node: String) throws(ONNXError) -> AttributeProto {
    var result = AttributeProto()
    result.name = name
    switch attribute {
    case .float(let number): (result.type, result.f) = (1, number)
    case .int(let number): (result.type, result.i) = (2, number)
    case .string(let text): (result.type, result.s) = (3, Data(text.utf8))
    case .tensor(let tensor):
        var inner = TensorProto()
        inner.dims = tensor.dimensions.map(Int64.init)
        inner.dataType = tensor.elementType.rawValue
        if !tensor.name.isEmpty { inner.name = tensor.name }
        inner.rawData = tensor.withBytes(0..<tensor.byteCount) { Data($0) }
        (result.type, result.t) = (4, inner)
    case .floats(let numbers): (result.type, result.floats) = (6, numbers)
    case .ints(let numbers): (result.type, result.ints) = (7, numbers)
    case .strings(let texts): (result.type, result.strings) = (8, texts.map { Data($0.utf8) })
    case .unsupported(let kind):
        throw ONNXError(
            .cannotWrite,
            "node \(ONNXError.quoted(node)): attribute \(ONNXError.quoted(name)) of kind \(kind) cannot be written"
        )
    }
    return result
}

private func message(_ info: ONNXValueInfo) -> ValueInfoProto {
    var result = ValueInfoProto()
    result.name = info.name
    guard let elementType = info.elementType else { return result }
    result.type.tensorType.elemType = elementType.rawValue
    guard let dimensions = info.dimensions else { return result }
    result.type.tensorType.shape.dim = dimensions.map { dimension in
        var extent = TensorShapeProto.Dimension()
        switch dimension {
        case .fixed(let value): extent.value = .dimValue(value)
        case .symbolic(let name): extent.value = .dimParam(name)
        case .unknown: break
        }
        return extent
    }
    // An empty list of axes is a scalar's, which is not the same as no list.
    if dimensions.isEmpty { result.type.tensorType.shape = TensorShapeProto() }
    return result
}
