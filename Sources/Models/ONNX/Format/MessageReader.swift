/// Turns the decoded stripped copy of a file into the model it describes.
struct MessageReader {
    /// The most axes a tensor or value may have.
    static let mostAxes = 64

    let file: MappedFile
    let payloads: [TensorPayload]
    /// Bytes of constants that may still be decoded into memory, because the file holds them as typed numbers.
    ///
    /// A small int64 takes one byte in the file and eight decoded; every common type takes less decoded than written.
    var decodingBudget: Int
    /// Files mapped so far, by the path the model gives.
    var externalFiles: [String: MappedFile] = [:]

    init(file: MappedFile, payloads: [TensorPayload]) {
        self.file = file
        self.payloads = payloads
        decodingBudget = file.byteCount + (64 << 20)
    }

    mutating func model(_ message: ModelProto) throws(ONNXError) -> ONNXModel {
        guard message.hasGraph, !message.opsetImport.isEmpty else {
            throw ONNXError(.malformed, "no graph or no operator set: not an ONNX model")
        }
        var operatorSets: [String: Int64] = [:]
        for entry in message.opsetImport { operatorSets[canonicalDomain(entry.domain)] = entry.version }
        return ONNXModel(
            irVersion: message.irVersion,
            operatorSets: operatorSets,
            producerName: message.producerName,
            producerVersion: message.producerVersion,
            graph: try graph(message.graph)
        )
    }

    private mutating func graph(_ message: GraphProto) throws(ONNXError) -> ONNXGraph {
        var graph = ONNXGraph(name: message.name)
        graph.nodes.reserveCapacity(message.node.count)
        for node in message.node { graph.nodes.append(try self.node(node)) }
        graph.initializers.reserveCapacity(message.initializer.count)
        for initializer in message.initializer { graph.initializers.append(try tensor(initializer)) }
        for info in message.input { graph.inputs.append(try valueInfo(info)) }
        for info in message.output { graph.outputs.append(try valueInfo(info)) }
        for info in message.valueInfo { graph.valueInfos.append(try valueInfo(info)) }
        return graph
    }

    private mutating func node(_ message: NodeProto) throws(ONNXError) -> ONNXNode {
        var attributes: [String: ONNXAttribute] = [:]
        for attribute in message.attribute {
            guard attributes.updateValue(try self.attribute(attribute), forKey: attribute.name) == nil else {
                throw ONNXError(
                    .malformed,
                    "node \(ONNXError.quoted(message.name)) has two attributes \(ONNXError.quoted(attribute.name))"
                )
            }
        }
        return ONNXNode(
            name: message.name,
            operatorType: message.opType,
            domain: canonicalDomain(message.domain),
            inputs: message.input,
            outputs: message.output,
            attributes: attributes
        )
    }

    /// By the format's numbers (AttributeProto.AttributeType).
    private mutating func attribute(_ message: AttributeProto) throws(ONNXError) -> ONNXAttribute {
        switch message.type {
        case 1: .float(message.f)
        case 2: .int(message.i)
        case 3: string(message.s).map(ONNXAttribute.string) ?? .unsupported(kind: "STRING that is not UTF-8")
        case 4: .tensor(try tensor(message.t))
        case 5: .unsupported(kind: "GRAPH")
        case 6: .floats(message.floats)
        case 7: .ints(message.ints)
        case 8: strings(message.strings).map(ONNXAttribute.strings) ?? .unsupported(kind: "STRINGS that are not UTF-8")
        case 9: .unsupported(kind: "TENSORS")
        case 10: .unsupported(kind: "GRAPHS")
        case 11: .unsupported(kind: "SPARSE_TENSOR")
        case 12: .unsupported(kind: "SPARSE_TENSORS")
        case 13: .unsupported(kind: "TYPE_PROTO")
        case 14: .unsupported(kind: "TYPE_PROTOS")
        // Files of the format's first versions leave the type out.
        case 0 where message.hasF: .float(message.f)
        case 0 where message.hasI: .int(message.i)
        case 0 where message.hasS: string(message.s).map(ONNXAttribute.string) ?? .unsupported(kind: "STRING")
        case 0 where message.hasT: .tensor(try tensor(message.t))
        case 0 where !message.floats.isEmpty: .floats(message.floats)
        case 0 where !message.ints.isEmpty: .ints(message.ints)
        default: .unsupported(kind: "type \(message.type)")
        }
    }

    private func string(_ bytes: some Collection<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

    private func strings(_ list: [some Collection<UInt8>]) -> [String]? {
        let strings = list.compactMap { string($0) }
        return strings.count == list.count ? strings : nil
    }

    private func valueInfo(_ message: ValueInfoProto) throws(ONNXError) -> ONNXValueInfo {
        let tensor = message.hasType && message.type.hasTensorType ? message.type.tensorType : nil
        var dimensions: [ONNXValueInfo.Dimension]?
        if let shape = tensor?.shape, tensor?.hasShape == true {
            guard shape.dim.count <= Self.mostAxes else {
                throw ONNXError(.malformed, "value \(ONNXError.quoted(message.name)) has \(shape.dim.count) axes")
            }
            dimensions = shape.dim.map { dimension in
                switch dimension.value {
                case .dimValue(let extent): .fixed(extent)
                case .dimParam(let name): name.isEmpty ? .unknown : .symbolic(name)
                case nil: .unknown
                }
            }
        }
        return ONNXValueInfo(
            name: message.name,
            elementType: tensor.flatMap { ONNXElementType(rawValue: $0.elemType) },
            dimensions: dimensions
        )
    }

    private func canonicalDomain(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }
}
