internal import EdgeprofAPI
internal import HostInfo
internal import InferenceEngine
internal import KernelDispatch
internal import KernelInterface
internal import Quantization

/// A model and how it is to be packed.
struct PlanRequest {
    /// Where the model comes from.
    var model: ModelSource
    /// The model's family, nil for a file.
    var family: String?
    /// Kernels it will run with.
    var kernels: KernelSet
    /// Which plan.
    var kind: InferenceEngine.PlanKind

    /// The kernels' instruction set.
    var instructionSet: String { kernels.instructionSet }

    /// Checks what was asked against the zoo, the settings' bounds and this host.
    init(model: ModelSource, settings: MeasurementSettings, limits: HostLimits?) throws(PreparationFailure) {
        let problems = settings.problems()
        guard problems.isEmpty else { throw .refused(problems.joined(separator: "; ")) }
        if let cpus = limits?.cpus, cpus.isEmpty || !cpus.allSatisfy((0...65_535).contains) {
            throw .refused("the CPUs to hold the model to are not CPU numbers")
        }
        self.model = model
        kind = settings.plan == .naive ? .naive : .fused
        do throws(ModelError) {
            family = try model.family()
        } catch {
            throw .refused("\(error)")
        }
        do throws(KernelSelectionError) {
            kernels = try KernelDispatch.select(cap: Self.lower(settings.isa, limits?.isa)).kernels
        } catch {
            throw .refused("\(error)")
        }
    }

    /// The lower of two limits; one that is unknown is returned, for the dispatcher to name.
    private static func lower(_ first: String?, _ second: String?) -> String? {
        guard let first, let second else { return first ?? second }
        guard let left = InstructionSet(rawValue: first) else { return first }
        guard let right = InstructionSet(rawValue: second) else { return second }
        return min(left, right).rawValue
    }

    /// Packs the model.
    func plan(_ network: QuantizedNetwork) throws(PreparationFailure) -> Plan {
        do {
            return try Plan(network: network, kernels: kernels, kind: kind)
        } catch {
            throw .refused("\(model.name) cannot be packed: \(error)")
        }
    }
}
