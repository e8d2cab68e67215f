import InferenceEngine
import Quantization

/// The activation memory the engine plans for a model, bytes.
struct PlannedArena {
    /// Of the naive plan.
    let naiveBytes: Int
    /// Of the fused plan.
    let fusedBytes: Int

    /// Plans a network's memory; nothing is packed or run.
    init(of network: QuantizedNetwork) throws {
        naiveBytes = try Plan.arenaBytes(of: network, kind: .naive)
        fusedBytes = try Plan.arenaBytes(of: network, kind: .fused)
    }
}
