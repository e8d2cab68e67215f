import EdgeprofAPI

/// Layers' roofline shares, which follow from what else a run says, but for the last bits (docs/formats/stored-run.md, "Shares").
///
/// Eight bytes of each would be as many as all else there is of a run.
struct ShareModel {
    /// How a layer's share is written.
    struct Code {
        static let none: UInt8 = 0
        static let raw: UInt8 = 1
        static let compute: UInt8 = 2
        static let memory: UInt8 = 3

        var kind = Self.none
        /// From the share reckoned to the share, in units of the last place.
        var distance: Int64 = 0
        /// Of the layer's bytes, those that come from the network's level.
        var constantBytes: UInt64 = 0
        var raw = 0.0
    }

    /// A distance this short takes one byte.
    private static let longestDistance: UInt64 = 63
    private static let mostLevels = 8

    private let macsPerSecond: Double
    private let levels: [Run.Roofline.Bandwidth]

    init(_ roofline: Run.Roofline?) {
        macsPerSecond = roofline?.peakMacsPerSecond ?? 0
        levels = Array((roofline?.bandwidths ?? []).prefix(Self.mostLevels))
    }

    /// Whether a kind is one of this run's.
    func knows(_ kind: UInt8) -> Bool { kind < Int(Code.memory) + levels.count * levels.count }

    /// Whether a kind tells the constants' bytes from the others.
    func isSplit(_ kind: UInt8) -> Bool {
        guard kind >= Code.memory, knows(kind) else { return false }
        let pair = Int(kind - Code.memory)
        return pair / levels.count != pair % levels.count
    }

    /// The shortest way to write a layer's share; `likely` is tried first.
    func code(of layer: Run.Layer, likely: UInt8) -> Code {
        guard let share = layer.rooflineShare else { return Code() }
        if likely >= Code.compute, let code = attempt(likely, share, layer) { return code }
        if layer.boundBy == .compute {
            if let code = attempt(Code.compute, share, layer) { return code }
        } else {
            for own in levels.indices {
                for network in levels.indices
                where levels[own].level == layer.boundBy || levels[network].level == layer.boundBy {
                    let kind = Code.memory + UInt8(own * levels.count + network)
                    if let code = attempt(kind, share, layer) { return code }
                }
            }
        }
        return Code(kind: Code.raw, raw: share)
    }

    private func attempt(_ kind: UInt8, _ share: Double, _ layer: Run.Layer) -> Code? {
        var code = Code(kind: kind)
        if isSplit(kind) {
            let pair = Int(kind - Code.memory)
            let (own, network) = (levels[pair / levels.count], levels[pair % levels.count])
            let seconds = share * Double(layer.nanoseconds) / 1e9
            let rest = seconds - Double(layer.memoryAccessBytes) / own.bytesPerSecond
            let bytes = (rest / (1 / network.bytesPerSecond - 1 / own.bytesPerSecond)).rounded()
            guard let whole = UInt64(exactly: bytes), whole <= layer.memoryAccessBytes else { return nil }
            code.constantBytes = whole
        }
        guard let reckoned = reckoned(code, layer) else { return nil }
        let (distance, overflow) = Int64(bitPattern: share.bitPattern)
            .subtractingReportingOverflow(Int64(bitPattern: reckoned.bitPattern))
        guard !overflow, distance.magnitude <= Self.longestDistance else { return nil }
        code.distance = distance
        return code
    }

    /// The share that a code and a layer make; nil where they do not fit together.
    func share(_ code: Code, _ layer: Run.Layer) -> Double? {
        guard let reckoned = reckoned(code, layer) else { return nil }
        return Double(bitPattern: reckoned.bitPattern &+ UInt64(bitPattern: code.distance))
    }

    /// As the agent reckons (docs/measurement.md, "Roofline").
    private func reckoned(_ code: Code, _ layer: Run.Layer) -> Double? {
        let nanoseconds: Double
        if code.kind == Code.compute {
            nanoseconds = Double(layer.macs) / macsPerSecond * 1e9
        } else {
            guard code.kind >= Code.memory, knows(code.kind), code.constantBytes <= layer.memoryAccessBytes else {
                return nil
            }
            let pair = Int(code.kind - Code.memory)
            let (own, network) = (levels[pair / levels.count], levels[pair % levels.count])
            nanoseconds =
                Double(layer.memoryAccessBytes - code.constantBytes) / own.bytesPerSecond * 1e9
                + Double(code.constantBytes) / network.bytesPerSecond * 1e9
        }
        return nanoseconds / Double(layer.nanoseconds)
    }
}

extension RunArchive {
    /// Layers' shares, column by column: kinds, distances, constants' bytes, then those that are written out.
    mutating func shares(_ layers: inout [Run.Layer], _ roofline: Run.Roofline?) throws(StoredRunError) {
        var haveShares = layers.contains { $0.rooflineShare != nil }
        try flag(&haveShares)
        guard haveShares else { return }
        let model = ShareModel(roofline)
        var codes: [ShareModel.Code] = []
        codes.reserveCapacity(layers.count)
        for layer in layers { codes.append(model.code(of: layer, likely: codes.last?.kind ?? 0)) }
        for index in codes.indices {
            try byte(&codes[index].kind)
            guard model.knows(codes[index].kind) else { throw .damaged }
        }
        for index in codes.indices where codes[index].kind >= ShareModel.Code.compute {
            try signed(&codes[index].distance)
        }
        for index in codes.indices where model.isSplit(codes[index].kind) { try unsigned(&codes[index].constantBytes) }
        for index in codes.indices where codes[index].kind == ShareModel.Code.raw { try number(&codes[index].raw) }
        for (index, code) in codes.enumerated() {
            switch code.kind {
            case ShareModel.Code.none: layers[index].rooflineShare = nil
            case ShareModel.Code.raw: layers[index].rooflineShare = code.raw
            default:
                guard let share = model.share(code, layers[index]) else { throw .damaged }
                layers[index].rooflineShare = share
            }
        }
    }
}
