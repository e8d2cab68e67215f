import NetworkGraph
import ONNXFormat
import Quantization

// A quantized value v of scale s and zero point z becomes
//
//     operator → v → QuantizeLinear(s, z) → v_quantized → DequantizeLinear(s, z) → v_dequantized → operators
//
// where v is a graph input as it is, and a graph output is the end of the chain: v_real → … → v_quantized → … → v.
// Operators that only move integers stand in the same chain, with equal parameters before and after, which is how
// runtimes know them; so do the three steps of a channel shuffle.

/// A QDQ graph as it grows.
struct QuantizedAssembly {
    let network: QuantizedNetwork
    var graph: GraphAssembly
    /// Per value, the name of its dequantized form, which operators read; "" until it is made.
    private(set) var dequantizedNames: [String]
    private let isOutput: [Bool]

    init(_ network: QuantizedNetwork) {
        self.network = network
        graph = GraphAssembly(valueNames: network.values.map(\.name), nodeNames: network.nodes.map(\.name))
        dequantizedNames = Array(repeating: "", count: network.values.count)
        var isOutput = [Bool](repeating: false, count: network.values.count)
        for id in network.outputs { isOutput[id.index] = true }
        self.isOutput = isOutput
    }

    mutating func appendInput(_ id: ValueID) {
        let value = network[id]
        // A graph input the caller gets back cannot keep its name at both ends.
        dequantizedNames[id.index] = graph.quantized(value.name, as: value)
    }

    /// Quantizes a real value written under `real`, and dequantizes it again for its readers.
    mutating func quantize(_ id: ValueID, from real: String, node: String? = nil) {
        let value = network[id]
        dequantizedNames[id.index] = graph.quantized(
            real,
            as: value,
            node: node,
            dequantized: isOutput[id.index] ? value.name : nil
        )
    }

    /// The name under which an operator writes a value's real form.
    mutating func realName(_ id: ValueID) -> String {
        isOutput[id.index] ? graph.unique(network[id].name + "_real") : network[id].name
    }

    /// Adds a value that never changes.
    mutating func constant(_ id: ValueID, _ elements: [UInt8]) {
        let value = network[id]
        // The engine computes in u8; a file's s8 is 128 less, which flips the top bit.
        let flip: UInt8 = value.quantization.storage == .signed8 ? 0x80 : 0
        let tensor = ONNXTensor(
            name: value.name + "_quantized",
            elementType: value.quantization.elementType,
            dimensions: value.shape.dimensions,
            bytes: elements.map { $0 ^ flip }
        )
        let stored = graph.constant(tensor)
        let parameters = graph.parameters(of: value)
        graph.node(
            "DequantizeLinear",
            name: graph.unique(node: value.name + "_DequantizeLinear"),
            inputs: [stored] + parameters,
            outputs: [value.name]
        )
        dequantizedNames[id.index] = value.name
    }
}

extension QuantizationParameters {
    var elementType: ONNXElementType {
        switch storage {
        case .unsigned8: .uint8
        case .signed8: .int8
        }
    }
}

extension GraphAssembly {
    /// Adds scale and zero point as constants, and returns their names.
    mutating func parameters(of value: QuantizedValue) -> [String] {
        let quantization = value.quantization
        let zeroPoint = ONNXTensor(
            name: value.name + "_zero_point",
            elementType: quantization.elementType,
            dimensions: [],
            bytes: [UInt8(truncatingIfNeeded: quantization.zeroPoint)]
        )
        return [scalar(value.name + "_scale", quantization.scale), constant(zeroPoint)]
    }

    /// Adds the two nodes that quantize a real value, and returns the name of what comes out.
    mutating func quantized(
        _ real: String,
        as value: QuantizedValue,
        node: String? = nil,
        dequantized: String? = nil
    ) -> String {
        let parameters = parameters(of: value)
        let quantized = unique(value.name + "_quantized")
        let dequantized = dequantized ?? unique(value.name + "_dequantized")
        self.node(
            "QuantizeLinear",
            name: node ?? unique(node: value.name + "_QuantizeLinear"),
            inputs: [real] + parameters,
            outputs: [quantized]
        )
        self.node(
            "DequantizeLinear",
            name: unique(node: value.name + "_DequantizeLinear"),
            inputs: [quantized] + parameters,
            outputs: [dequantized]
        )
        return dequantized
    }

    /// Adds s8 weights with a scale per index of `axis`, and returns the name of their dequantized form.
    mutating func weights(_ name: String, _ tensor: ONNXTensor, scales: [Float], axis: Int) -> String {
        let stored = constant(tensor)
        let scale = constant(ONNXTensor(name: name + "_scale", floats: scales, dimensions: [scales.count]))
        let zeros = ONNXTensor(
            name: name + "_zero_point",
            int8s: Array(repeating: 0, count: scales.count),
            dimensions: [scales.count]
        )
        return dequantize(name, [stored, scale, constant(zeros)], axis: axis)
    }

    /// Adds an s32 bias in units of input scale · weight scale, and returns the name of its dequantized form.
    mutating func bias(_ name: String, _ bias: [Int32], inputScale: Float, weightScales: [Float]) -> String {
        let count = bias.count
        let stored = constant(ONNXTensor(name: name + "_quantized", int32s: bias, dimensions: [count]))
        // Weights of almost no size can have a product below Float's range; a scale of 0 would be refused.
        let scales = weightScales.map { max(inputScale * $0, .leastNormalMagnitude) }
        let scale = constant(ONNXTensor(name: name + "_scale", floats: scales, dimensions: [count]))
        return dequantize(name, [stored, scale], axis: 0)
    }

    private mutating func dequantize(_ name: String, _ inputs: [String], axis: Int) -> String {
        let output = unique(name)
        node(
            "DequantizeLinear",
            name: unique(node: name + "_DequantizeLinear"),
            inputs: inputs,
            outputs: [output],
            attributes: ["axis": .int(Int64(axis))]
        )
        return output
    }
}
