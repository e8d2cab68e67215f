import InferenceEngine
import KernelDispatch
import KernelInterface
import NetworkGraph
import ONNXFormat
import ONNXImport
import Quantization
import Testing

/// A model put together line by line.
struct TestModel {
    var opset: Int64 = 17
    var nodes: [ONNXNode] = []
    var initializers: [ONNXTensor] = []
    var inputs: [ONNXValueInfo] = []
    var outputs: [String] = []
    var domains: [String: Int64] = [:]

    /// One input and one output, `x` and `y`.
    init(opset: Int64 = 17, input: [Int] = [1, 4, 6, 6], type: ONNXElementType = .float32) {
        self.opset = opset
        inputs = [ONNXValueInfo(name: "x", elementType: type, dimensions: input.map { .fixed(Int64($0)) })]
        outputs = ["y"]
    }

    mutating func node(
        _ type: String,
        _ inputs: [String],
        _ outputs: [String] = ["y"],
        _ attributes: [String: ONNXAttribute] = [:],
        domain: String = "",
        name: String? = nil
    ) {
        nodes.append(
            ONNXNode(
                name: name ?? "\(type)_\(nodes.count)",
                operatorType: type,
                domain: domain,
                inputs: inputs,
                outputs: outputs,
                attributes: attributes
            )
        )
    }

    mutating func floats(_ name: String, _ dimensions: [Int], _ elements: [Float]? = nil) {
        let count = dimensions.reduce(1, *)
        let elements = elements ?? (0..<count).map { Float($0 % 7) - 3 }
        initializers.append(ONNXTensor(name: name, floats: elements, dimensions: dimensions))
    }

    mutating func ints(_ name: String, _ elements: [Int64]) {
        initializers.append(ONNXTensor(name: name, int64s: elements, dimensions: [elements.count]))
    }

    mutating func int8s(_ name: String, _ dimensions: [Int], _ elements: [Int8]) {
        initializers.append(ONNXTensor(name: name, int8s: elements, dimensions: dimensions))
    }

    /// Scale and zero point as initializers, once each.
    mutating func grid(_ scale: Float, _ zero: UInt8) -> [String] {
        let names = ["scale_\(scale)", "zero_\(zero)"]
        if !initializers.contains(where: { $0.name == names[0] }) {
            initializers.append(ONNXTensor(name: names[0], floats: [scale], dimensions: []))
        }
        if !initializers.contains(where: { $0.name == names[1] }) {
            initializers.append(ONNXTensor(name: names[1], uint8s: [zero], dimensions: []))
        }
        return names
    }

    /// QuantizeLinear and DequantizeLinear, u8; gives the name of the result.
    mutating func rounded(_ value: String, scale: Float, zero: UInt8, to result: String? = nil) -> String {
        let grid = grid(scale, zero)
        let result = result ?? "\(value)_d"
        node("QuantizeLinear", [value] + grid, ["\(result)_q"])
        node("DequantizeLinear", ["\(result)_q"] + grid, [result])
        return result
    }

    /// Weights behind a DequantizeLinear, s8 per tensor; gives the name of the result.
    mutating func weights(_ name: String, _ dimensions: [Int], _ elements: [Int8], scale: Float = 1) -> String {
        int8s(name, dimensions, elements)
        floats("\(name)_s", [], [scale])
        node("DequantizeLinear", [name, "\(name)_s", "\(name)_z"], ["\(name)_d"])
        int8s("\(name)_z", [], [0])
        return "\(name)_d"
    }

    var model: ONNXModel {
        ONNXModel(
            operatorSets: ["": opset].merging(domains) { $1 },
            graph: ONNXGraph(
                name: "test",
                nodes: nodes,
                initializers: initializers,
                inputs: inputs,
                outputs: outputs.map { ONNXValueInfo(name: $0, elementType: nil, dimensions: nil) }
            )
        )
    }

    func float(_ options: ImportOptions = .init()) throws -> NetworkGraph {
        guard case .float(let graph) = try ONNXImporter.importModel(model, name: "test", options: options) else {
            throw Mismatch(what: "quantized, not float")
        }
        try graph.validate()
        return graph
    }

    func quantized(_ options: ImportOptions = .init()) throws -> QuantizedNetwork {
        guard case .quantized(let network) = try ONNXImporter.importModel(model, name: "test", options: options) else {
            throw Mismatch(what: "float, not quantized")
        }
        try network.validate()
        return network
    }

    /// The error an import ends in.
    func refusal(_ options: ImportOptions = .init()) throws -> ONNXError {
        do throws(ONNXError) {
            _ = try ONNXImporter.importModel(model, name: "test", options: options)
        } catch {
            return error
        }
        throw Mismatch(what: "imported what was to be refused")
    }
}

struct Mismatch: Error {
    var what: String
}

extension NetworkGraph {
    /// The operators by name, without their arguments.
    var kinds: [String] {
        nodes.map { String(String(describing: $0.operation).prefix { $0 != "(" }) }
    }

    var outputShape: [Int] { shape(of: outputs[0]).dimensions }
}

extension QuantizedNetwork {
    var kinds: [String] {
        nodes.map { String(String(describing: $0.operation).prefix { $0 != "(" }) }
    }

    /// Runs the naive plan; input and results in the engine's own order.
    func run(_ input: [UInt8]) throws -> [[UInt8]] {
        let plan = try Plan(network: self, kernels: try KernelDispatch.select().kernels, kind: .naive)
        let executor = try Executor(plan: plan, threads: 1)
        _ = executor.input(0).update(from: input)
        executor.run()
        return plan.outputs.indices.map { executor.output($0) }
    }
}
