import NetworkGraph
import ONNXFormat

/// The window of a convolution or pooling node, before and after its pads are known.
struct WindowAttributes {
    /// Spatial extents of the input: one or two.
    let input: [Int]
    let kernel, strides, dilations: [Int]
    let autoPad: String
    let ceilMode: Bool
    /// Begins, then ends.
    private(set) var pads: [Int]

    /// Reads a window over an input of N x C x L or N x C x H x W.
    init(_ node: NodeReader, kernel: [Int]?, input: TensorShape) throws(ONNXError) {
        let rank = input.rank - 2
        guard (1...2).contains(rank) else {
            throw node.failure(.unsupportedModel, "works on \(input); windows over one or two axes are supported")
        }
        self.input = Array(input.dimensions[2...])
        let stated = try node.ints("kernel_shape")
        guard let window = kernel ?? stated, window.count == rank else {
            throw node.failure(.invalidGraph, "kernel_shape does not have \(rank) extents")
        }
        self.kernel = window
        strides = try node.ints("strides") ?? Array(repeating: 1, count: rank)
        dilations = try node.ints("dilations") ?? Array(repeating: 1, count: rank)
        pads = try node.ints("pads") ?? Array(repeating: 0, count: 2 * rank)
        autoPad = try node.string("auto_pad", default: "NOTSET")
        ceilMode = try node.int("ceil_mode", default: 0) != 0
        guard strides.count == rank, dilations.count == rank, pads.count == 2 * rank else {
            throw node.failure(.invalidGraph, "strides, dilations or pads do not fit a window over \(rank) axes")
        }
        // Bounded here, so that what is computed from them cannot overflow.
        let extents = 1...Window.maximumExtent
        guard (window + strides + dilations).allSatisfy(extents.contains),
            pads.allSatisfy((-1 << 16...1 << 16).contains)
        else {
            throw node.failure(
                .invalidGraph,
                "kernel, stride, dilation and pads are to lie in 1...\(Window.maximumExtent)"
            )
        }
        guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(autoPad) else {
            throw node.failure(.invalidGraph, "auto_pad \(ONNXError.quoted(autoPad))")
        }
        if autoPad == "VALID" { pads = Array(repeating: 0, count: 2 * rank) }
    }

    var isSame: Bool { autoPad.hasPrefix("SAME") }

    /// Pads so that the output's extent is the input's over the stride, rounded up.
    mutating func padForSameExtent() {
        guard isSame else { return }
        for axis in input.indices {
            let output = (input[axis] + strides[axis] - 1) / strides[axis]
            let extent = (kernel[axis] - 1) * dilations[axis] + 1
            setPads(axis, total: max((output - 1) * strides[axis] + extent - input[axis], 0), endHeavy: true)
        }
    }

    /// Splits a total; the odd element goes to the end for SAME_UPPER when `endHeavy`.
    mutating func setPads(_ axis: Int, total: Int, endHeavy: Bool) {
        let upper = (autoPad == "SAME_UPPER") == endHeavy
        let small = total / 2
        pads[axis] = upper ? small : total - small
        pads[axis + input.count] = upper ? total - small : small
    }

    /// The window as the engine has it: one axis becomes the width.
    var window: Window {
        func pair(_ numbers: [Int], _ one: Int) -> (Int, Int) {
            numbers.count == 1 ? (one, numbers[0]) : (numbers[0], numbers[1])
        }
        let rank = input.count
        var window = Window(kernel: 1, ceilMode: ceilMode)
        (window.kernelHeight, window.kernelWidth) = pair(kernel, 1)
        (window.strideHeight, window.strideWidth) = pair(strides, 1)
        (window.dilationHeight, window.dilationWidth) = pair(dilations, 1)
        (window.padTop, window.padLeft) = pair(Array(pads[..<rank]), 0)
        (window.padBottom, window.padRight) = pair(Array(pads[rank...]), 0)
        return window
    }
}

extension GraphImport {
    /// Applies an operator on images to N x C x L too, by way of N x C x 1 x L.
    mutating func addOverImage(
        _ operation: Operation,
        constants: LayerConstants? = nil,
        _ node: NodeReader,
        input: ValueID
    ) throws(ONNXError) -> ValueID {
        let shape = draft.shape(input)
        guard shape.rank == 3 else { return try add(operation, constants: constants, node, inputs: [input]) }
        let image = try reshape(input, [shape.batch, shape.channels, 1, shape.dimensions[2]], node, "image")
        let output = try add(operation, constants: constants, node, inputs: [image])
        let result = draft.shape(output)
        return try reshape(output, [result.batch, result.channels, result.width], node, "line")
    }
}
