import ONNXFormat
import Testing

@Suite("reading files made by the onnx package")
struct ReadingTests {
    @Test("a model's header, graph and values")
    func header() throws {
        let model = try ONNXFile.read(path: fixture("typed.onnx"))
        #expect(model.irVersion == 8)
        #expect(model.operatorSets == ["": 17, "test": 1])
        #expect(model.producerName == "fixtures" && model.producerVersion == "1")
        let graph = model.graph
        #expect(graph.name == "typed" && graph.nodes.count == 1)
        #expect(graph.inputs[0].name == "x" && graph.inputs[0].elementType == .float32)
        #expect(graph.inputs[0].dimensions == [.symbolic("batch"), .fixed(3), .unknown])
        #expect(graph.outputs[0].elementType == .uint8 && graph.outputs[0].dimensions == [.fixed(1), .fixed(3)])
        #expect(graph.valueInfos[0].dimensions == [])
        let node = graph.nodes[0]
        #expect(node.name == "n" && node.operatorType == "Anything" && node.domain == "test")
        #expect(node.inputs == ["x", "", "scalar"] && node.outputs == ["y"])
    }

    @Test("attributes of every kind")
    func attributes() throws {
        let attributes = try ONNXFile.read(path: fixture("typed.onnx")).graph.nodes[0].attributes
        #expect(attributes.count == 8)
        guard case .int(-7) = attributes["an_int"], case .float(0.25) = attributes["a_float"],
            case .string("grüße") = attributes["a_string"], case .ints([1, -2, 3]) = attributes["ints"],
            case .floats([1, -0.5]) = attributes["floats"], case .strings(["a", "b"]) = attributes["strings"],
            case .tensor(let tensor) = attributes["a_tensor"], case .unsupported("GRAPH") = attributes["a_graph"]
        else {
            Issue.record("wrong attributes: \(attributes)")
            return
        }
        #expect(try tensor.int64s() == [1, 2, 3] && tensor.dimensions == [3])
    }

    @Test("every element type gives one content as typed and as raw data")
    func elementTypes() throws {
        let initializers = try ONNXFile.read(path: fixture("typed.onnx")).graph.initializers
        var types: Set<ONNXElementType> = []
        for raw in initializers where raw.name.hasPrefix("raw_") {
            let typed = try #require(initializers.first { $0.name == "typed_" + raw.name.dropFirst(4) })
            #expect(typed.dimensions == [2, 3] && raw.dimensions == [2, 3] && typed.elementType == raw.elementType)
            #expect(content(typed) == content(raw), "\(raw.name)")
            types.insert(raw.elementType)
        }
        #expect(types.count == 13)
    }

    @Test("numbers of every type")
    func numbers() throws {
        let initializers = try ONNXFile.read(path: fixture("typed.onnx")).graph.initializers
        func tensor(_ name: String) throws -> ONNXTensor { try #require(initializers.first { $0.name == name }) }
        #expect(try tensor("raw_FLOAT").floats() == [0.5, -1.5, 3e38, 1e-45, 0, 0])
        #expect(try tensor("typed_FLOAT").floats()[5].sign == .minus)
        #expect(try tensor("typed_FLOAT16").floats() == [0.5, -2, 65504, 0x1p-24, 0, 1])
        #expect(try tensor("raw_BFLOAT16").floats()[1...] == [-2, 0x1.c4p+127, 1, 0, 1])
        #expect(try tensor("raw_DOUBLE").floats() == [0.5, -.infinity, 0, 3, 4, 5])
        #expect(try tensor("typed_INT8").int64s() == [-128, -1, 0, 1, 100, 127])
        #expect(try tensor("typed_INT8").floats() == [-128, -1, 0, 1, 100, 127])
        #expect(try tensor("typed_INT64").int64s().last == .min)
        #expect(try tensor("typed_UINT16").int64s().last == 65535)
        #expect(try tensor("raw_BOOL").int64s() == [1, 0, 1, 0, 1, 0])
        #expect(try tensor("scalar").dimensions.isEmpty && tensor("scalar").floats() == [2.5])
        #expect(try tensor("empty").floats().isEmpty && tensor("empty").elementCount == 0)
        #expect(error { _ = try tensor("raw_FLOAT").int64s() }?.code == .unsupportedModel)
        #expect(error { _ = try tensor("raw_BOOL").floats() }?.code == .unsupportedModel)
    }

    @Test("a range of a tensor, read into a buffer")
    func ranges() throws {
        let weights = try ONNXFile.read(path: fixture("small.onnx")).graph.initializers[0]
        var row = [Float](repeating: -1, count: 3)
        row.withUnsafeMutableBufferPointer { weights.readFloats(9..<12, into: $0) }
        #expect(row == [9, 10, 11])
        #expect(weights.withBytes(4..<8) { $0.loadUnaligned(as: Float.self) } == 1)
    }

    @Test("constants in files of their own, whole and at an offset")
    func external() throws {
        let inside = try ONNXFile.read(path: fixture("small.onnx")).graph.initializers
        let outside = try ONNXFile.read(path: fixture("external.onnx")).graph.initializers
        #expect(inside.map(content) == outside.map(content))
    }

    @Test("values the file does not describe")
    func undescribed() throws {
        let graph = Wire.bytes(11, Wire.text(1, "x")) + Wire.bytes(12, Wire.text(1, "y") + Wire.bytes(2, []))
        let model = try TemporaryFolder().read(Wire.model(graph: graph))
        #expect(model.graph.inputs[0].dimensions == nil && model.graph.inputs[0].elementType == nil)
        #expect(model.graph.outputs[0].dimensions == nil && model.graph.outputs[0].elementType == nil)
    }

    @Test("attributes without a type, as the first versions of the format wrote them")
    func untyped() throws {
        let attributes =
            Wire.bytes(5, Wire.text(1, "i") + Wire.int(3, 5)) + Wire.bytes(5, Wire.text(1, "s") + Wire.text(4, "t"))
        let model = try TemporaryFolder().read(Wire.model(graph: Wire.bytes(1, attributes)))
        guard case .int(5) = model.graph.nodes[0].attributes["i"],
            case .string("t") = model.graph.nodes[0].attributes["s"]
        else {
            Issue.record("wrong attributes")
            return
        }
    }

    @Test("ai.onnx is ONNX's own domain")
    func domain() throws {
        let bytes =
            Wire.bytes(7, Wire.bytes(1, Wire.text(7, "ai.onnx")))
            + Wire.bytes(8, Wire.text(1, "ai.onnx") + Wire.int(2, 13))
        let model = try TemporaryFolder().read(bytes)
        #expect(model.operatorSets == ["": 13] && model.graph.nodes[0].domain.isEmpty)
    }
}

/// A tensor's raw data.
func content(_ tensor: ONNXTensor) -> [UInt8] { tensor.withBytes(0..<tensor.byteCount) { [UInt8]($0) } }
