import NetworkGraph
import ONNXExport
import ONNXFormat
import Testing

/// Records an issue unless names are unique and every value is written before it is read.
func expectWellFormed(_ model: ONNXModel) {
    var known: Set<String> = []
    for name in model.graph.initializers.map(\.name) + model.graph.inputs.map(\.name) {
        #expect(!name.isEmpty && known.insert(name).inserted, "\(name) is written twice")
    }
    var nodeNames: Set<String> = []
    for node in model.graph.nodes {
        #expect(nodeNames.insert(node.name).inserted, "node \(node.name) is there twice")
        for input in node.inputs where !input.isEmpty { #expect(known.contains(input), "\(node.name) reads \(input)") }
        for output in node.outputs { #expect(known.insert(output).inserted, "\(output) is written twice") }
    }
    for output in model.graph.outputs { #expect(known.contains(output.name), "\(output.name) is not written") }
}

extension ONNXModel {
    func node(_ name: String) throws -> ONNXNode { try #require(graph.nodes.first { $0.name == name }) }

    func writer(of value: String) throws -> ONNXNode { try #require(graph.nodes.first { $0.outputs.contains(value) }) }

    func initializer(_ name: String) throws -> ONNXTensor {
        try #require(graph.initializers.first { $0.name == name })
    }

    /// The integers a node is given as its input of this position.
    func integers(_ node: String, _ input: Int) throws -> [Int64] {
        try initializer(try self.node(node).inputs[input]).int64s()
    }

    func bytes() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try ONNXWriter.stream(self) { bytes += $0 }
        return bytes
    }
}

extension ONNXNode {
    func ints(_ name: String) -> [Int64]? {
        switch attributes[name] {
        case .ints(let numbers): numbers
        case .int(let number): [number]
        default: nil
        }
    }

    func string(_ name: String) -> String? {
        if case .string(let text) = attributes[name] { text } else { nil }
    }
}

func rawData(_ tensor: ONNXTensor) -> [UInt8] { tensor.withBytes(0..<tensor.byteCount) { [UInt8]($0) } }

/// The error a call throws, nil when it throws none or another.
func onnxError(_ body: () throws -> Void) -> ONNXError? {
    do {
        try body()
        return nil
    } catch {
        return error as? ONNXError
    }
}
