public import KernelInterface

/// A network compiled for one set of kernels: tensors placed in one arena, steps, packed constants.
///
/// A plan never changes; any number of executors share one.
public struct Plan: Sendable {
    /// The network's name.
    public let name: String
    /// How closely it follows the network's own operators.
    public let kind: PlanKind
    /// The kernels it was packed for.
    public let kernels: KernelSet
    /// Where values lie.
    public let tensors: [PlanTensor]
    /// Indices of the tensors the caller fills.
    public let inputs: [Int]
    /// Indices of the tensors the caller reads.
    public let outputs: [Int]
    /// Bytes of planned activation memory, the slack behind it included.
    public let arenaBytes: Int
    let steps: [PlanStep]
    let blob: WeightsBlob

    /// Bytes of packed weights, biases, multipliers and tables.
    public var weightsBytes: Int { blob.count }

    /// Address of the first of them: inside the mapped file where the plan came from one.
    public var weightsAddress: UInt64 { UInt64(UInt(bitPattern: blob.base)) }

    /// The instruction set of the kernels it was packed for.
    public var instructionSet: String { kernels.instructionSet }

    /// Takes parts and checks every offset and extent in them.
    ///
    /// - Throws: `InferenceError` with `invalidPlan` when a part points outside of the arena or the blob.
    init(
        name: String,
        kind: PlanKind,
        kernels: KernelSet,
        tensors: [PlanTensor],
        steps: [PlanStep],
        inputs: [Int],
        outputs: [Int],
        arenaBytes: Int,
        blob: WeightsBlob
    ) throws(InferenceError) {
        self.name = name
        self.kind = kind
        self.kernels = kernels
        self.tensors = tensors
        self.steps = steps
        self.inputs = inputs
        self.outputs = outputs
        self.arenaBytes = arenaBytes
        self.blob = blob
        try validate()
    }
}
