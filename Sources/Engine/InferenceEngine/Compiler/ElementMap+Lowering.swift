import NetworkGraph
import Quantization

extension ElementMap {
    /// The map of an operator between two places; a reshape's shapes must share their factors.
    init(_ operation: Rearrangement, _ input: StoredLayout, _ output: StoredLayout, fill: UInt8) {
        let strides = input.strides
        var base = 0
        func axes(_ axis: (Int) -> ElementAxis) -> [ElementAxis] { output.shape.dimensions.indices.map(axis) }
        /// An output axis whose element i is element `index(i)` of the input axis with the same number.
        func picked(_ axis: Int, _ index: (Int) -> Int?) -> ElementAxis {
            let count = output.shape.dimensions[axis]
            return ElementAxis(
                count: count,
                inputStride: 0,
                outputStride: output.strides[axis],
                table: (0..<count).map { index($0).map { Int32($0 * strides[axis]) } ?? -1 }
            )
        }
        func kept(_ axis: Int, from source: Int) -> ElementAxis {
            ElementAxis(
                count: output.shape.dimensions[axis],
                inputStride: strides[source],
                outputStride: output.strides[axis]
            )
        }
        let mapped: [ElementAxis]
        switch operation {
        case .reshape:
            guard let common = StoredLayout.commonAxes(input, output) else {
                preconditionFailure("reshapes without common factors take two steps")
            }
            mapped = common
        case .transpose(let permutation): mapped = axes { kept($0, from: permutation[$0]) }
        case .slice(let slice):
            mapped = axes { axis in
                guard slice.steps[axis] > 0 else {
                    return picked(axis) { slice.starts[axis] + $0 * slice.steps[axis] }
                }
                base += slice.starts[axis] * strides[axis]
                var result = kept(axis, from: axis)
                result.inputStride *= slice.steps[axis]
                return result
            }
        case .pad(let padding):
            mapped = axes { axis in
                guard padding.before[axis] + padding.after[axis] > 0 else { return kept(axis, from: axis) }
                let extent = input.shape.dimensions[axis]
                return picked(axis) { padding.source(of: $0 - padding.before[axis], extent: extent) }
            }
        case .resizeNearest(let resize):
            guard case .nearest(let rounding) = resize.mode else {
                preconditionFailure("only nearest scaling moves elements")
            }
            mapped = axes { axis in
                guard axis > 1 else { return kept(axis, from: axis) }
                let (from, to) = (input.shape.dimensions[axis], output.shape.dimensions[axis])
                let scale = axis == 2 ? resize.scaleHeight : resize.scaleWidth
                return picked(axis) { position in
                    let coordinate = Resize.coordinate(
                        of: position,
                        scale: scale,
                        input: from,
                        output: to,
                        resize.coordinates
                    )
                    return rounding.element(at: coordinate, of: from)
                }
            }
        }
        self.init(base: base, fill: fill, axes: mapped)
    }
}

extension Padding {
    /// The input element at a position along an axis, nil for the constant.
    fileprivate func source(of position: Int, extent: Int) -> Int? {
        if (0..<extent).contains(position) { return position }
        switch mode {
        case .constant: return nil
        case .edge: return min(max(position, 0), extent - 1)
        case .reflect: return position < 0 ? -position : 2 * (extent - 1) - position
        }
    }
}
