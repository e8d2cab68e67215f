import InferenceEngine
import ModelZoo
import Quantization

/// The activation memory the engine plans for a zoo model, bytes.
struct PlannedArena {
    /// Of the naive plan.
    let naiveBytes: Int
    /// Of the fused plan.
    let fusedBytes: Int

    /// Quantizes a network and plans its memory; nothing is packed or run.
    init(of network: ZooNetwork) throws {
        let quantized = try quantize(graph: network.graph, activationRanges: network.activationRanges)
        naiveBytes = try Plan.arenaBytes(of: quantized, kind: .naive)
        fusedBytes = try Plan.arenaBytes(of: quantized, kind: .fused)
    }
}
