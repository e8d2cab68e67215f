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
}
