import NetworkGraph
import ONNXFormat

extension GraphAssembly {
    mutating func append(
        _ slice: Slice,
        over input: TensorShape,
        name: String,
        inputs: [String],
        outputs: [String]
    ) {
        let ends = slice.starts.indices.map { axis in
            let step = slice.steps[axis]
            let last = slice.starts[axis] + (slice.counts[axis] - 1) * step
            if step > 0 { return last + 1 }
            // One before the first element: −1 itself would mean the last element (ONNX, Slice).
            return last > 0 ? last - 1 : -input.dimensions[axis] - 1
        }
        let all =
            inputs + [
                integers(name + ".starts", slice.starts), integers(name + ".ends", ends),
                integers(name + ".axes", Array(slice.starts.indices)), integers(name + ".steps", slice.steps),
            ]
        node("Slice", name: name, inputs: all, outputs: outputs)
    }

    mutating func append(_ padding: Padding, name: String, inputs: [String], outputs: [String]) {
        var all = inputs + [integers(name + ".pads", padding.before + padding.after)]
        let mode: String
        switch padding.mode {
        case .constant(let number):
            mode = "constant"
            all.append(scalar(name + ".value", number))
        case .edge: mode = "edge"
        case .reflect: mode = "reflect"
        }
        node("Pad", name: name, inputs: all, outputs: outputs, attributes: ["mode": .string(mode)])
    }

    mutating func append(
        _ resize: Resize,
        over input: TensorShape,
        name: String,
        inputs: [String],
        outputs: [String]
    ) throws(ONNXError) {
        var all = inputs + [""]  // The region of interest, which no coordinate mode here looks at.
        let outer = input.dimensions.prefix(2)
        let extents = [
            (input.height, resize.height, resize.scaleHeight), (input.width, resize.width, resize.scaleWidth),
        ]
        // Sizes say the extents and imply scales of output / input; scales say themselves and imply extents rounded down.
        if extents.allSatisfy({ Float($1) / Float($0) == $2 }) {
            all += ["", integers(name + ".sizes", outer + [resize.height, resize.width])]
        } else if extents.allSatisfy({ (Float($0) * $2).rounded(.down) == Float($1) }) {
            let scales = outer.map { _ in Float(1) } + [resize.scaleHeight, resize.scaleWidth]
            all.append(constant(ONNXTensor(name: name + ".scales", floats: scales, dimensions: [scales.count])))
        } else {
            throw ONNXError(
                .unsupportedModel,
                "node \(ONNXError.quoted(name)): scales \(resize.scaleHeight), \(resize.scaleWidth) do not give "
                    + "\(resize.height)x\(resize.width) from \(input); give scales and extents that agree"
            )
        }
        node("Resize", name: name, inputs: all, outputs: outputs, attributes: resize.attributes)
    }
}

extension Resize {
    var attributes: [String: ONNXAttribute] {
        var attributes: [String: ONNXAttribute] = [
            "coordinate_transformation_mode": .string(coordinates.name)
        ]
        switch mode {
        case .linear: attributes["mode"] = .string("linear")
        case .nearest(let nearest):
            attributes["mode"] = .string("nearest")
            attributes["nearest_mode"] = .string(nearest.name)
        }
        return attributes
    }
}

extension Resize.Coordinates {
    fileprivate var name: String {
        switch self {
        case .halfPixel: "half_pixel"
        case .pytorchHalfPixel: "pytorch_half_pixel"
        case .alignCorners: "align_corners"
        case .asymmetric: "asymmetric"
        }
    }
}

extension Resize.Nearest {
    fileprivate var name: String {
        switch self {
        case .roundPreferFloor: "round_prefer_floor"
        case .roundPreferCeil: "round_prefer_ceil"
        case .floor: "floor"
        case .ceil: "ceil"
        }
    }
}
