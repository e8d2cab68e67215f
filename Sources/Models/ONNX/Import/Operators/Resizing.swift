import NetworkGraph
import ONNXFormat

/// Upsample (versions 7 to 9): scales, old coordinates.
func importUpsample(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    let scales: [Float]
    if let attribute = try node.floats("scales") {
        scales = attribute
    } else {
        scales = try graph.shortFloats(node, 1, "scales")
    }
    try graph.resize(node, scales: scales, sizes: nil, coordinates: .asymmetric, nearest: .floor)
}

/// Resize: version 10 has scales alone and old coordinates; 11 added modes and sizes, 18 axes.
func importResize(_ node: NodeReader, _ graph: inout GraphImport) throws(ONNXError) {
    guard node.version >= 11 else {
        let scales = try graph.shortFloats(node, 1, "scales")
        return try graph.resize(node, scales: scales, sizes: nil, coordinates: .asymmetric, nearest: .floor)
    }
    guard try node.int("antialias", default: 0) == 0, try node.int("exclude_outside", default: 0) == 0,
        ["stretch", ""].contains(try node.string("keep_aspect_ratio_policy", default: "stretch"))
    else {
        throw node.failure(.unsupportedModel, "antialias, exclude_outside and aspect ratio policies are not supported")
    }
    var scales: [Float]?
    if node.hasInput(2) {
        let given = try graph.shortFloats(node, 2, "scales")
        scales = given.isEmpty ? nil : given
    }
    let sizes = scales == nil ? try graph.integers(node, 3, "sizes") : nil
    let mode = try node.string("coordinate_transformation_mode", default: "half_pixel")
    let coordinates: Resize.Coordinates
    switch mode {
    case "half_pixel", "half_pixel_symmetric": coordinates = .halfPixel
    case "pytorch_half_pixel": coordinates = .pytorchHalfPixel
    case "align_corners": coordinates = .alignCorners
    case "asymmetric": coordinates = .asymmetric
    default: throw node.failure(.unsupportedModel, "coordinates \(ONNXError.quoted(mode)) are not supported")
    }
    let nearest: Resize.Nearest
    switch try node.string("nearest_mode", default: "round_prefer_floor") {
    case "round_prefer_floor", "": nearest = .roundPreferFloor
    case "round_prefer_ceil": nearest = .roundPreferCeil
    case "floor": nearest = .floor
    case "ceil": nearest = .ceil
    case let other: throw node.failure(.unsupportedModel, "nearest_mode \(ONNXError.quoted(other)) is unknown")
    }
    try graph.resize(
        node,
        scales: scales,
        sizes: sizes,
        coordinates: coordinates,
        nearest: nearest,
        needsExactScale: mode == "half_pixel_symmetric"
    )
}

extension GraphImport {
    fileprivate func shortFloats(_ node: NodeReader, _ index: Int, _ role: String) throws(ONNXError) -> [Float] {
        let constant = try constant(node, index, role)
        guard constant.isReal, constant.dimensions.count <= 1, constant.elementCount <= 8 else {
            throw node.failure(.invalidGraph, "\(role) is not a short list of numbers")
        }
        return try constant.floats()
    }

    fileprivate mutating func resize(
        _ node: NodeReader,
        scales: [Float]?,
        sizes: [Int]?,
        coordinates: Resize.Coordinates,
        nearest: Resize.Nearest,
        needsExactScale: Bool = false
    ) throws(ONNXError) {
        let input = try value(node, 0)
        let shape = draft.shape(input)
        let named = try node.version >= 18 ? node.ints("axes") : nil
        let axes = try node.axes(named ?? Array(0..<shape.rank), rank: shape.rank)
        guard (scales?.count ?? sizes?.count) == axes.count else {
            throw node.failure(.invalidGraph, "scales or sizes do not fit \(axes.count) axes")
        }
        var extents = shape.dimensions
        var factors = [Float](repeating: 1, count: shape.rank)
        for (index, axis) in axes.enumerated() {
            if let scale = scales?[index] {
                let extent = (Double(shape.dimensions[axis]) * Double(scale)).rounded(.down)
                guard extent >= 1, extent <= Double(Window.maximumExtent) || extent == Double(shape.dimensions[axis])
                else { throw node.failure(.invalidGraph, "scales axis \(axis) by \(scale)") }
                (extents[axis], factors[axis]) = (Int(extent), scale)
            } else if let size = sizes?[index] {
                guard (1...Int(Int32.max)).contains(size) else {
                    throw node.failure(.invalidGraph, "resizes axis \(axis) to \(size)")
                }
                (extents[axis], factors[axis]) = (size, Float(size) / Float(shape.dimensions[axis]))
            }
        }
        guard (3...4).contains(shape.rank), factors[0] == 1, factors[1] == 1 else {
            throw node.failure(.unsupportedModel, "scales \(shape) by \(factors); height and width can be scaled")
        }
        if needsExactScale,
            shape.dimensions.indices.contains(where: { Float(shape.dimensions[$0]) * factors[$0] != Float(extents[$0]) }
            )
        {
            throw node.failure(.unsupportedModel, "half_pixel_symmetric with a scale that does not give whole extents")
        }
        let operation: Operation
        let mode = try node.string("mode", default: "nearest")
        switch mode {
        case "nearest", "linear", "bilinear":
            operation = .resize(
                Resize(
                    height: shape.rank == 3 ? 1 : extents[2],
                    width: extents[shape.rank - 1],
                    scaleHeight: shape.rank == 3 ? 1 : factors[2],
                    scaleWidth: factors[shape.rank - 1],
                    mode: mode == "nearest" ? .nearest(nearest) : .linear,
                    coordinates: coordinates
                )
            )
        default: throw node.failure(.unsupportedModel, "mode \(ONNXError.quoted(mode)) is not supported")
        }
        guard factors.contains(where: { $0 != 1 }) else { return try define(node, .value(input)) }
        if mode != "nearest", stored != nil {
            throw node.failure(.unsupportedModel, "interpolates integers; put DequantizeLinear before it")
        }
        try define(node, .value(try addOverImage(operation, node, input: input)))
    }
}
