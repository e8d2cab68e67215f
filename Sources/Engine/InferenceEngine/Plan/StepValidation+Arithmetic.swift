import NetworkGraph
import Quantization

extension StepValidation {
    /// Sums and products of two tensors: of one shape, or with a walk that stays inside them.
    func validateCombination() throws(InferenceError) {
        guard let second else { throw InferenceError(.invalidPlan, "\(step.name): has one operand") }
        if output.isShaped(like: input, second) { return }
        let count = BroadcastWalk.encodedCount
        try requireConstants(step.weights, bytes: count * MemoryLayout<Int64>.stride)
        let numbers = constants(step.weights, Int64.self)
        let tensors = [input, second, output]
        var elements = 1
        var reach = [0, 0, 0]
        for loop in stride(from: 0, to: count, by: 4) {
            let extent = Int(numbers[loop])
            try require(
                extent >= 1 && extent <= Plan.Limits.elementCount / elements,
                "a broadcast's loops have absurd extents"
            )
            elements *= extent
            for tensor in 0..<3 {
                let stride = Int(numbers[loop + 1 + tensor])
                let (bytes, overflow) = stride.multipliedReportingOverflow(by: extent - 1)
                try require(
                    stride >= 0 && !overflow && bytes < tensors[tensor].extent - reach[tensor],
                    "a broadcast leaves its tensors"
                )
                reach[tensor] += bytes
            }
        }
        let (left, right) = (numbers[1], numbers[2])
        try require(
            elements == output.elementCount && numbers[3] == 1 && left <= 1 && right <= 1 && left + right >= 1,
            "a broadcast's rows do not follow from its tensors"
        )
    }

    /// A softmax's powers of e are at most 1, and one is 1.
    func validateSoftmax() throws(InferenceError) {
        try requireSameShape()
        try requireConstants(step.weights, bytes: 256 * MemoryLayout<Float>.stride)
        let powers = constants(step.weights, Float.self)
        try require(
            powers[0] == 1 && (0..<256).allSatisfy { powers[$0] >= 0 && powers[$0] <= 1 },
            "powers of e are not in 0...1"
        )
    }

    /// A linear resize's neighbours lie in the input, its weights in 0...1.
    func validateResizeLinear() throws(InferenceError) {
        try require(
            second == nil && output.batch == input.batch && output.channels == input.channels,
            "scales more than height and width"
        )
        let count = output.height + output.width
        try requireConstants(step.weights, bytes: 2 * count * MemoryLayout<Int32>.stride)
        try requireConstants(step.multipliers, bytes: count * MemoryLayout<Float>.stride)
        let neighbours = constants(step.weights, Int32.self)
        let weights = constants(step.multipliers, Float.self)
        let isInside = (0..<count).allSatisfy { index in
            let extent = index < output.height ? input.height : input.width
            return (0..<extent).contains(Int(neighbours[2 * index]))
                && (0..<extent).contains(Int(neighbours[2 * index + 1]))
                && weights[index] >= 0 && weights[index] <= 1
        }
        try require(isInside, "neighbours lie outside of the input")
    }

    /// Blocks of pixels whose channels the input has.
    func validateDepthToSpace() throws(InferenceError) {
        let (height, width) = (step.window.strideHeight, step.window.strideWidth)
        let limit = Plan.Limits.elementCount
        try require(
            second == nil && output.batch == input.batch && height <= limit / width
                && output.channels <= limit / (height * width)
                && input.channels == output.channels * height * width
                && step.groups >= 1 && output.channels % step.groups == 0,
            "channels are not those of blocks"
        )
        try require(
            (output.height - 1) / height < input.height && (output.width - 1) / width < input.width,
            "output is larger than its blocks"
        )
    }
}
