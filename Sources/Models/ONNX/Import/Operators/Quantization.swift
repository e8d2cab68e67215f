import NetworkGraph
import ONNXFormat
import Quantization

/// QuantizeLinear: of a value, a grid it is rounded to; of a constant, its integers.
func importQuantizeLinear(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let constants = try graph.quantizationConstants(node, typeFromAttribute: true)
    switch try graph.operand(node, 0) {
    case .constant(let constant):
        try graph.define(node, .constant(try graph.foldQuantization(constant, constants, node)))
    case .stored: throw node.failure(.unsupportedModel, "quantizes integers")
    case .value(let id):
        let grid = try node.activationGrid(constants)
        let name = node.node.outputs.first ?? node.label
        try graph.define(node, .stored(graph.draft.quantize(id, to: grid, name: name), grid, constants.type))
    }
}

/// DequantizeLinear: integers of a value become the value again; constants are read through their scales.
func importDequantizeLinear(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    switch try graph.operand(node, 0) {
    case .constant(let constant):
        let constants = try graph.quantizationConstants(node, typeFromAttribute: false)
        try graph.define(node, .constant(try graph.dequantized(constant, constants, node)))
    case .value: throw node.failure(.unsupportedModel, "dequantizes real numbers")
    case .stored(let id, let own, let type):
        var constants = try graph.quantizationConstants(node, typeFromAttribute: false)
        if !constants.hasZeroPoint { constants.type = type }
        guard constants.type == type else {
            throw node.failure(
                .invalidGraph,
                "reads \(type.name) integers with a zero point of type \(constants.type.name)"
            )
        }
        let grid = try node.activationGrid(constants)
        if own == nil {
            guard graph.draft.stateGrid(grid, of: id, quantizes: true) else {
                throw node.failure(.unsupportedModel, "reads an input with other parameters than another node does")
            }
        } else if own?.hasSameReals(as: grid) != true {
            throw node.failure(
                .unsupportedModel,
                "reads integers with another scale or zero point than they were written with"
            )
        }
        try graph.define(node, .value(id))
    }
}

/// Scale and zero point of a Q or DQ node.
struct QuantizationConstants {
    var scales: [Float]
    var zeroPoints: [Int32]
    var type: ONNXElementType
    var hasZeroPoint: Bool
    /// One pair for the whole tensor, even if in a list.
    var isPerTensor: Bool
    var axis: Int
}

extension NodeReader {
    /// The grid an activation is rounded to.
    fileprivate func activationGrid(_ constants: QuantizationConstants) throws(ONNXError) -> QuantizationParameters {
        guard let storage = constants.type.activationStorage else {
            throw failure(
                .unsupportedModel,
                "quantizes activations to \(constants.type.name); uint8 and int8 are supported: export with 8 bits"
            )
        }
        let scale = constants.scales[0]
        let zero = constants.zeroPoints[0]
        // NaN differs from itself: judged before scales are compared.
        guard scale.isUsableScale else {
            throw failure(.invalidGraph, "scale is \(scale); it is to be a positive finite number")
        }
        guard constants.scales.allSatisfy({ $0 == scale }), constants.zeroPoints.allSatisfy({ $0 == zero }) else {
            throw failure(.unsupportedModel, "quantizes activations per channel; one scale a tensor is supported")
        }
        return QuantizationParameters(scale: scale, zeroPoint: zero, storage: storage)
    }
}

extension GraphImport {
    fileprivate func quantizationConstants(
        _ node: NodeReader,
        typeFromAttribute: Bool
    ) throws(ONNXError) -> QuantizationConstants {
        guard try node.int("block_size", default: 0) == 0 else {
            throw node.failure(.unsupportedModel, "quantizes in blocks; per tensor and per channel are supported")
        }
        let scale = try parameter(node, 1, "scale")
        guard scale.dimensions.count <= 1, scale.elementCount >= 1, scale.tensor.elementType == .float32 else {
            throw node.failure(
                .unsupportedModel,
                "scale has \(scale.dimensions.count) axes of \(scale.tensor.elementType.name); float32 per tensor or per "
                    + "channel is supported"
            )
        }
        let scales = try scale.floats()
        var result = QuantizationConstants(
            scales: scales,
            zeroPoints: Array(repeating: 0, count: scales.count),
            type: .uint8,
            hasZeroPoint: node.hasInput(2),
            isPerTensor: scales.count == 1,
            axis: try node.int("axis", default: 1)
        )
        if node.hasInput(2) {
            let zeros = try constant(node, 2, "zero point")
            result.type = zeros.tensor.elementType
            guard [.uint8, .int8, .int32, .uint16, .int16].contains(result.type), zeros.elementCount == scales.count
            else {
                throw node.failure(
                    .unsupportedModel,
                    "zero point is \(zeros.elementCount) of \(result.type.name) for \(scales.count) scales"
                )
            }
            result.zeroPoints = try zeros.int64s().map { Int32(truncatingIfNeeded: $0) }
        } else if typeFromAttribute,
            let type = ONNXElementType(rawValue: Int32(clamping: try node.int("output_dtype", default: 0)))
        {
            result.type = type
        }
        return result
    }

    /// A constant's integers with the scales they are read through.
    fileprivate func dequantized(
        _ constant: Constant,
        _ constants: QuantizationConstants,
        _ node: NodeReader
    ) throws(ONNXError) -> Constant {
        guard constant.dequantization == nil, [.uint8, .int8, .int32].contains(constant.tensor.elementType) else {
            throw node.failure(
                .unsupportedModel,
                "reads \(constant.tensor.elementType.name) constants; uint8, int8 and int32 are supported"
            )
        }
        guard !constants.hasZeroPoint || constants.type == constant.tensor.elementType else {
            throw node.failure(
                .invalidGraph,
                "reads \(constant.tensor.elementType.name) with a zero point of type \(constants.type.name)"
            )
        }
        // Zero stands for rows of no weight; real numbers are then zero too.
        guard constants.scales.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw node.failure(.invalidGraph, "a scale is negative or not a finite number")
        }
        var result = constant
        var axis: Int?
        if !constants.isPerTensor || (constant.dimensions.count > 0 && constants.scales.count != 1) {
            let named = try node.axis(
                constant.dimensions.count == 1 ? 0 : constants.axis,
                rank: constant.dimensions.count
            )
            guard constant.dimensions[named] == constants.scales.count else {
                throw node.failure(
                    .invalidGraph,
                    "\(constants.scales.count) scales for axis \(named) of extents \(constant.dimensions.prefix(8))"
                )
            }
            axis = named
        }
        result.dequantization = Constant.Dequantization(
            scales: constants.scales,
            zeroPoints: constants.zeroPoints,
            axis: axis
        )
        return result
    }

    /// The integers of a constant that the graph itself quantizes, usually weights.
    fileprivate mutating func foldQuantization(
        _ constant: Constant,
        _ constants: QuantizationConstants,
        _ node: NodeReader
    ) throws(ONNXError) -> Constant {
        guard constant.isReal, let storage = constants.type.activationStorage else {
            throw node.failure(
                .unsupportedModel,
                "quantizes a \(constant.tensor.elementType.name) constant to \(constants.type.name)"
            )
        }
        guard constants.scales.allSatisfy(\.isUsableScale) else {
            throw node.failure(.invalidGraph, "a scale is not a positive finite number")
        }
        let extents = constant.dimensions
        var inner = max(constant.elementCount, 1)
        if !constants.isPerTensor {
            let axis = try node.axis(constants.axis, rank: extents.count)
            guard extents[axis] == constants.scales.count else {
                throw node.failure(
                    .invalidGraph,
                    "\(constants.scales.count) scales for axis \(axis) of \(extents.prefix(8))"
                )
            }
            inner = extents[(axis + 1)...].reduce(1, *)
        }
        try charge(constant.elementCount * 5, node)
        let reals = try constant.floats()
        guard reals.allSatisfy({ !$0.isNaN }) else { throw node.failure(.invalidGraph, "quantizes NaN") }
        let range: ClosedRange<Float> = storage == .unsigned8 ? 0...255 : -128...127
        var bytes = [UInt8](repeating: 0, count: reals.count)
        for index in reals.indices {
            let channel = constants.isPerTensor ? 0 : index / inner % constants.scales.count
            let steps = (reals[index] / constants.scales[channel]).rounded(.toNearestOrEven)
            let stored = min(max(steps + Float(constants.zeroPoints[channel]), range.lowerBound), range.upperBound)
            bytes[index] = UInt8(truncatingIfNeeded: Int(stored))
        }
        return Constant(
            ONNXTensor(name: node.label, elementType: constants.type, dimensions: extents, bytes: bytes)
        )
    }
}
