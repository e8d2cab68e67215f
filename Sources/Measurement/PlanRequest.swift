internal import EdgeprofAPI
internal import HostInfo
internal import InferenceEngine
internal import KernelDispatch
internal import KernelInterface
internal import ModelZoo
internal import NetworkGraph
internal import Quantization

/// A model and how it is to be packed.
struct PlanRequest {
    /// Zoo name.
    var model: String
    /// The model's family.
    var family: String
    /// Kernels it will run with.
    var kernels: KernelSet
    /// Which plan.
    var kind: InferenceEngine.PlanKind

    /// The kernels' instruction set.
    var instructionSet: String { kernels.instructionSet }

    /// Checks what was asked against the zoo, the settings' bounds and this host.
    init(model: String, settings: MeasurementSettings, limits: HostLimits?) throws(PreparationFailure) {
        let problems = settings.problems()
        guard problems.isEmpty else { throw .refused(problems.joined(separator: "; ")) }
        if let cpus = limits?.cpus, cpus.isEmpty || !cpus.allSatisfy((0...65_535).contains) {
            throw .refused("the CPUs to hold the model to are not CPU numbers")
        }
        self.model = model
        kind = settings.plan == .naive ? .naive : .fused
        do throws(ModelZooError) {
            family = try ModelZoo.entry(model).family
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

    /// Builds and quantizes the model.
    func network() throws(PreparationFailure) -> QuantizedNetwork {
        do {
            let built = try ModelZoo.build(name: model)
            return try quantize(graph: built.graph, activationRanges: built.activationRanges)
        } catch {
            throw .refused("\(model) cannot be built: \(error)")
        }
    }

    /// Packs the model.
    func plan(_ network: QuantizedNetwork) throws(PreparationFailure) -> Plan {
        do {
            return try Plan(network: network, kernels: kernels, kind: kind)
        } catch {
            throw .refused("\(model) cannot be packed: \(error)")
        }
    }
}
