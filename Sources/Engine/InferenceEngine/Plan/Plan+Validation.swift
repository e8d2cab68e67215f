import KernelInterface
import NetworkGraph
import Quantization

// A plan may come from a file that anyone could have written. Nothing is run before every number below has been
// checked: after that, no step can touch a byte outside of the arena and the blob, whatever the plan says.

extension Plan {
    /// Bounds on a plan's sizes, so that sums and products of a few of them fit in Int.
    enum Limits {
        static let elementCount = 1 << 30
        static let arenaBytes = 1 << 36
        static let windowElements = 1 << 16
    }

    func validate() throws(InferenceError) {
        try require(
            arenaBytes >= KernelLimits.overread && arenaBytes <= Limits.arenaBytes,
            name,
            "arena size is absurd"
        )
        try require(
            Int(bitPattern: blob.base) % BlobBuilder.alignment == 0 && blob.count >= KernelLimits.overread,
            name,
            "constants are not aligned or too short"
        )
        for tensor in tensors { try validate(tensor) }
        try require(!inputs.isEmpty && !outputs.isEmpty, name, "has no input or no output")
        for index in inputs + outputs { try require(tensors.indices.contains(index), name, "names no tensor \(index)") }
        for step in steps {
            let indices = [step.input, step.output] + (step.second.map { [$0] } ?? [])
            try require(indices.allSatisfy(tensors.indices.contains), step.name, "names a tensor that does not exist")
            try StepValidation(plan: self, step: step).validate()
        }
    }

    private func validate(_ tensor: PlanTensor) throws(InferenceError) {
        var count = 1
        for extent in [tensor.batch, tensor.height, tensor.width, tensor.channels] {
            try require(
                extent >= 1 && extent <= Limits.elementCount / count,
                tensor.name,
                "shape is empty or too large"
            )
            count *= extent
        }
        try require(
            tensor.pixelStride >= tensor.channels && tensor.pixelStride <= Limits.elementCount
                && tensor.offset >= 0 && tensor.offset <= arenaBytes
                && tensor.offset + tensor.extent + KernelLimits.overread <= arenaBytes,
            tensor.name,
            "lies outside of the arena"
        )
        let parameters = tensor.quantization
        try require(
            parameters.scale.isFinite && parameters.scale > 0 && (0...255).contains(parameters.engineZeroPoint),
            tensor.name,
            "scale or zero point is out of range"
        )
    }

    func require(_ condition: Bool, _ part: String, _ problem: String) throws(InferenceError) {
        guard condition else { throw InferenceError(.invalidPlan, "\(part): \(problem)") }
    }
}
