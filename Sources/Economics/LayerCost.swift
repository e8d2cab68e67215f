import EdgeprofAPI

/// What one step of a network costs any box.
public struct LayerCost: Sendable, Equatable {
    /// Multiply-accumulates.
    public var macs: Double
    /// Bytes read and written.
    public var bytes: Double

    /// Makes a cost.
    public init(macs: Double, bytes: Double) {
        self.macs = macs
        self.bytes = bytes
    }
}

/// What a tier allows at most, as its price list states it.
struct TierCeilings: Equatable {
    /// Multiply-accumulates a second of the whole unit: half its operations.
    var macsPerSecond: Double
    /// Bytes a second from main memory, of the whole unit.
    var bytesPerSecond: Double
    /// The farthest cache; what fits does not come from memory.
    var cacheBytes: Double

    init?(_ tier: Tier) {
        guard let peak = tier.peakGops, let bandwidth = tier.bandwidthGbps, peak > 0, bandwidth > 0 else { return nil }
        macsPerSecond = peak * 1e9 / 2
        bytesPerSecond = bandwidth * 1e9
        cacheBytes = Double(tier.caches?.l3Kib ?? tier.caches?.l2Kib ?? 0) * 1024
    }

    /// Time the roofline allows for all layers, each bound by arithmetic or by memory (Williams, Waterman and Patterson,
    /// CACM 52, 2009); nil where that is none at all.
    func allowedSeconds(_ layers: [LayerCost]) -> Double? {
        let seconds = layers.reduce(0) { sum, layer in
            let memory = layer.bytes > cacheBytes ? layer.bytes / bytesPerSecond : 0
            return sum + max(layer.macs / macsPerSecond, memory)
        }
        return seconds > 0 && seconds.isFinite ? seconds : nil
    }
}
