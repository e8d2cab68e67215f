import ONNXFormat
import Quantization

/// A constant part of the graph: a tensor of the file seen through a shape, steps and perhaps DequantizeLinear.
///
/// Transposing, cutting or viewing one copies nothing.
struct Constant: Sendable {
    let tensor: ONNXTensor
    private(set) var dimensions: [Int]
    /// Distance in elements between neighbours, per axis; may be negative.
    private(set) var strides: [Int]
    private(set) var offset = 0
    /// How stored integers become real numbers, nil where the elements are what they are.
    var dequantization: Dequantization?

    /// Scales and zero points of DequantizeLinear.
    struct Dequantization: Sendable {
        var scales: [Float]
        var zeroPoints: [Int32]
        /// The axis they belong to, nil where one pair serves the whole tensor.
        var axis: Int?
    }

    init(_ tensor: ONNXTensor) {
        self.tensor = tensor
        dimensions = tensor.dimensions
        strides = Self.denseStrides(tensor.dimensions)
    }

    init(int64s: [Int64], dimensions: [Int]) {
        self.init(ONNXTensor(name: "", int64s: int64s, dimensions: dimensions))
    }

    init(floats: [Float], dimensions: [Int]) {
        self.init(ONNXTensor(name: "", floats: floats, dimensions: dimensions))
    }

    /// At most the tensor's own count: views take elements away, never add any.
    var elementCount: Int { dimensions.reduce(1, *) }

    var isDense: Bool { offset == 0 && strides == Self.denseStrides(dimensions) && elementCount == tensor.elementCount }

    /// Whether the elements stand for real numbers.
    var isReal: Bool {
        if dequantization != nil { return true }
        switch tensor.elementType {
        case .float32, .float64, .float16, .bfloat16: return true
        default: return false
        }
    }

    var isInteger: Bool { !isReal && (tensor.isNumeric || tensor.elementType == .bool) }

    /// The grid of a per-tensor quantized 8-bit constant, nil for others.
    var tensorParameters: QuantizationParameters? {
        guard let dequantization, dequantization.axis == nil, let storage = tensor.elementType.activationStorage,
            dequantization.scales[0].isUsableScale
        else { return nil }
        return QuantizationParameters(
            scale: dequantization.scales[0],
            zeroPoint: dequantization.zeroPoints[0],
            storage: storage
        )
    }

    /// The same elements with the axes in another order.
    func transposed(_ permutation: [Int]) -> Constant {
        var result = self
        result.dimensions = permutation.map { dimensions[$0] }
        result.strides = permutation.map { strides[$0] }
        result.dequantization?.axis = dequantization?.axis.flatMap(permutation.firstIndex(of:))
        return result
    }

    /// Part of an axis; the elements named must exist.
    func sliced(axis: Int, start: Int, step: Int, count: Int) -> Constant {
        var result = self
        if count > 0 { result.offset += start * strides[axis] }
        result.dimensions[axis] = count
        result.strides[axis] = strides[axis] * step
        if dequantization?.axis == axis, let scales = dequantization?.scales, let zeros = dequantization?.zeroPoints {
            result.dequantization?.scales = (0..<count).map { scales[start + $0 * step] }
            result.dequantization?.zeroPoints = (0..<count).map { zeros[start + $0 * step] }
        }
        return result
    }

    /// The same elements in the same order under another shape of as many; nil where that needs a copy, or would cut
    /// a quantized axis apart.
    func reshaped(_ shape: [Int]) -> Constant? {
        var result = self
        if let axis = dequantization?.axis {
            let outer = dimensions[..<axis].reduce(1, *)
            var product = 1
            guard
                let moved = shape.indices.first(where: { index in
                    defer { product *= shape[index] }
                    return product == outer && shape[index] == dimensions[axis]
                })
            else { return nil }
            result.dequantization?.axis = moved
        }
        let kept = zip(dimensions, strides).filter { $0.0 != 1 }
        if kept.map(\.0) == shape.filter({ $0 != 1 }) {
            // Only extents of 1 come and go.
            var rest = kept.map(\.1)[...]
            result.strides = shape.map { $0 == 1 ? 1 : rest.popFirst() ?? 1 }
        } else {
            guard isDense else { return nil }
            result.strides = Self.denseStrides(shape)
        }
        result.dimensions = shape
        return result
    }

    /// The view of one index of the outermost axis.
    func row(_ index: Int) -> Constant {
        var result = self
        result.offset += index * strides[0]
        result.dimensions.removeFirst()
        result.strides.removeFirst()
        if let axis = dequantization?.axis {
            if axis == 0, let dequantization {
                result.dequantization = Dequantization(
                    scales: [dequantization.scales[index]],
                    zeroPoints: [dequantization.zeroPoints[index]],
                    axis: nil
                )
            } else {
                result.dequantization?.axis = axis - 1
            }
        }
        return result
    }

    static func denseStrides(_ dimensions: [Int]) -> [Int] {
        var stride = 1
        var strides = [Int](repeating: 1, count: dimensions.count)
        for axis in dimensions.indices.reversed() {
            strides[axis] = stride
            stride *= max(dimensions[axis], 1)
        }
        return strides
    }
}

extension ONNXElementType {
    /// How an activation of this type is stored, nil for types that activations cannot have.
    var activationStorage: QuantizationParameters.Storage? {
        switch self {
        case .uint8: .unsigned8
        case .int8: .signed8
        default: nil
        }
    }
}

extension Float {
    /// Whether a number can be the size of an activation's step.
    var isUsableScale: Bool { isFinite && self > 0 }
}
