import NetworkGraph
import Quantization

extension TensorShape {
    /// The product of all extents behind the first two.
    var pixels: Int { dimensions.dropFirst(2).reduce(1, *) }

    /// Position along each axis of an element in row-major order.
    func coordinates(of index: Int) -> [Int] {
        var rest = index
        var result = dimensions
        for axis in dimensions.indices.reversed() {
            result[axis] = rest % dimensions[axis]
            rest /= dimensions[axis]
        }
        return result
    }

    /// Row-major index of an element.
    func index(of coordinates: [Int]) -> Int {
        zip(dimensions, coordinates).reduce(0) { $0 * $1.0 + $1.1 }
    }
}

extension Interpreter {
    /// Operators that move elements, from their definitions: each output element looked up in the input.
    func rearranged(
        _ x: [UInt8],
        _ operation: QuantizedOperation,
        _ input: QuantizedValue,
        _ output: QuantizedValue
    ) -> [UInt8] {
        (0..<output.shape.elementCount).map { index in
            var place = output.shape.coordinates(of: index)
            switch operation {
            case .reshape: return x[index]
            case .transpose(let permutation):
                let own = place
                for (axis, source) in permutation.enumerated() { place[source] = own[axis] }
            case .slice(let slice):
                for axis in place.indices { place[axis] = slice.starts[axis] + place[axis] * slice.steps[axis] }
            case .pad(let padding):
                for axis in place.indices {
                    let extent = input.shape.dimensions[axis]
                    var position = place[axis] - padding.before[axis]
                    switch padding.mode {
                    case .constant(let number):
                        guard position >= 0, position < extent else {
                            return UInt8(truncatingIfNeeded: input.quantization.stored(number))
                        }
                    case .edge: position = max(0, min(position, extent - 1))
                    case .reflect:
                        if position < 0 { position = -position }
                        if position >= extent { position = 2 * extent - 2 - position }
                    }
                    place[axis] = position
                }
            case .resize(let resize):
                place[2] = nearest(place[2], resize.scaleHeight, input.shape.height, output.shape.height, resize)
                place[3] = nearest(place[3], resize.scaleWidth, input.shape.width, output.shape.width, resize)
            default: preconditionFailure("moves no elements")
            }
            return x[input.shape.index(of: place)]
        }
    }

    /// ONNX's definition of `Resize` with `nearest`, along one axis.
    private func nearest(_ position: Int, _ scale: Float, _ from: Int, _ to: Int, _ resize: Resize) -> Int {
        let x = Float(position)
        let coordinate: Float =
            switch resize.coordinates {
            case .halfPixel: (x + 0.5) / scale - 0.5
            case .pytorchHalfPixel: to > 1 ? (x + 0.5) / scale - 0.5 : 0
            case .alignCorners: to > 1 ? x * Float(from - 1) / Float(to - 1) : 0
            case .asymmetric: x / scale
            }
        let rounded: Float =
            switch resize.mode {
            case .nearest(.floor): coordinate.rounded(.down)
            case .nearest(.ceil): coordinate.rounded(.up)
            case .nearest(.roundPreferFloor): (coordinate - 0.5).rounded(.up)
            case .nearest(.roundPreferCeil): (coordinate + 0.5).rounded(.down)
            case .linear: .nan
            }
        return max(0, min(Int(rounded), from - 1))
    }
}
