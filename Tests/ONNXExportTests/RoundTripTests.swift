import ModelZoo
import NetworkGraph
import ONNXExport
import ONNXFormat
import ONNXImport
import Quantization
import Testing

/// What is exported, written and imported again is the network it was.
@Suite("round trips through a file")
struct RoundTripTests {
    @Test(
        "every zoo family, int8: the same integers, parameters and names",
        arguments: ["resnet18", "mobilenet_v2", "shufflenet_v2_x0_5", "densenet121", "squeezenet1_1"]
    )
    func zoo(_ name: String) throws {
        let zoo = try ModelZoo.build(name: name, imageSize: 32)
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        let read = try quantized(ONNXExporter.model(of: network))
        #expect(read.name == network.name)
        #expect(read.nodes.map(\.name) == network.nodes.map(\.name))
        #expect(read.values.map(\.name) == network.values.map(\.name))
        #expect(read.values == network.values)
        // Every integer, scale and attribute: what was read is written as the same file.
        #expect(try ONNXExporter.model(of: read).bytes() == ONNXExporter.model(of: network).bytes())
    }

    @Test("a zoo network, float: the same nodes, names and parameters")
    func float() throws {
        let graph = try ModelZoo.build(name: "mobilenet_v2", imageSize: 32).graph
        guard case .float(let read) = try written(ONNXExporter.model(of: graph)) else {
            Issue.record("read as an int8 network")
            return
        }
        #expect(read.nodes.map(\.name) == graph.nodes.map(\.name) && read.values == graph.values)
        for (was, now) in zip(graph.nodes, read.nodes) {
            switch (was.operation, now.operation) {
            case (.convolution(let was), .convolution(let now)):
                #expect(was.window == now.window && was.groups == now.groups)
                #expect(was.weights.elements() == now.weights.elements())
            case (.batchNormalization(let was), .batchNormalization(let now)):
                #expect(was.epsilon == now.epsilon && was.mean.elements() == now.mean.elements())
            default: #expect("\(was.operation)".prefix(8) == "\(now.operation)".prefix(8))
            }
        }
    }

    @Test("every operator, float")
    func everyFloat() throws {
        let graph = try everyOperator()
        guard case .float(let read) = try written(ONNXExporter.model(of: graph)) else {
            Issue.record("read as an int8 network")
            return
        }
        #expect(read.inputs.map { read[$0] } == graph.inputs.map { graph[$0] })
        #expect(read.outputs.map { read[$0] } == graph.outputs.map { graph[$0] })
    }

    @Test("every operator, int8: what the importer does not simplify is the same")
    func everyQuantized() throws {
        let network = try everyQuantizedOperator()
        let read = try quantized(ONNXExporter.model(of: network))
        #expect(read.inputs.map { read[$0] } == network.inputs.map { network[$0] })
        #expect(read.outputs.map { read[$0] } == network.outputs.map { network[$0] })
        // A product with a constant becomes an affine map, a flattened reshape one step.
        let simplified: Set<String> = ["constant", "product", "reshape", "flatten"]
        for node in network.nodes where !simplified.contains(node.name) {
            let same = try #require(read.nodes.first { $0.name == node.name })
            #expect("\(same.operation)" == "\(node.operation)")
            #expect(same.outputs.map { read[$0] } == node.outputs.map { network[$0] })
        }
    }

    @Test("signed activations keep their storage")
    func signed() throws {
        var network = try everyQuantizedOperator()
        for index in network.values.indices {
            network.values[index].quantization.storage = .signed8
            network.values[index].quantization.zeroPoint -= 128
        }
        let read = try quantized(ONNXExporter.model(of: network))
        let names = Set(read.values.map(\.name))
        for value in network.values where names.contains(value.name) {
            #expect(read.values.contains(value), "\(value.name)")
        }
    }

    private func quantized(_ model: ONNXModel) throws -> QuantizedNetwork {
        guard case .quantized(let network) = try written(model) else { throw NotQuantized() }
        return network
    }

    private func written(_ model: ONNXModel) throws -> ImportedModel {
        let file = try TemporaryFile()
        try ONNXWriter.write(model, to: file.path)
        return try ONNXImporter.load(path: file.path)
    }
}

private struct NotQuantized: Error {}
