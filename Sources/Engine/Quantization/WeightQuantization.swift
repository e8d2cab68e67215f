import NetworkGraph

/// Symmetric per-output quantization of weights and bias, one row at a time.
///
/// Row n has the scale sW = max(max|w| / 127, |b| / (sIn · 2^30)); q = round(w / sW), bias = round(b / (sIn · sW)),
/// ties to even. The second term only matters to rows of almost no weight, whose bias would not fit in s32 otherwise.
/// A batch normalization y = f·x + d is folded first: w ← f·w, b ← f·b + d.
struct QuantizedWeights {
    /// Row-major, −127...127.
    var weights: [Int8]
    /// Real size of one step, per row.
    var scales: [Float]
    /// Per row, in units of inputScale · scale.
    var bias: [Int32]

    /// Quantizes a layer's parameters; `node` names it in errors, `folded` is the batch normalization that follows.
    init(
        node: String,
        weights source: Parameter,
        bias sourceBias: Parameter?,
        folded: ChannelAffine?,
        inputScale: Float
    ) throws(QuantizationError) {
        let rows = source.rowCount
        let rowLength = source.rowLength
        let biases = sourceBias?.elements()
        guard biases?.count ?? rows == rows, folded?.multipliers.count ?? rows == rows else {
            throw QuantizationError(
                .inconsistent,
                "\(node): bias or batch normalization does not have \(rows) elements"
            )
        }
        var scales = [Float](repeating: 1, count: rows)
        var bias = [Int32](repeating: 0, count: rows)
        var badRow: Int?
        let row = UnsafeMutableBufferPointer<Float>.allocate(capacity: rowLength)
        defer { row.deallocate() }
        weights = [Int8](unsafeUninitializedCapacity: rows * rowLength) { storage, count in
            storage.initialize(repeating: 0)
            count = rows * rowLength
            for index in 0..<rows {
                source.readRow(index, into: row)
                var realBias = Double(biases?[index] ?? 0)
                if let folded {
                    let factor = folded.multipliers[index]
                    for element in 0..<rowLength { row[element] = Float(Double(row[element]) * factor) }
                    realBias = realBias * factor + folded.offsets[index]
                }
                guard
                    let scale = quantizeRow(
                        row,
                        bias: realBias,
                        inputScale: inputScale,
                        into: UnsafeMutableBufferPointer(
                            rebasing: storage[(index * rowLength)..<((index + 1) * rowLength)]
                        )
                    )
                else {
                    badRow = index
                    return
                }
                scales[index] = scale
                let steps = (realBias / (Double(inputScale) * Double(scale))).rounded(.toNearestOrEven)
                bias[index] = Int32(min(max(steps, -0x1p30), 0x1p30))
            }
        }
        if let badRow {
            throw QuantizationError(.notFinite, "\(node): weights or bias of output \(badRow) are not finite numbers")
        }
        self.scales = scales
        self.bias = bias
    }
}

/// Quantizes one row and returns its scale, nil when a weight or the bias is not finite.
private func quantizeRow(
    _ row: UnsafeMutableBufferPointer<Float>,
    bias: Double,
    inputScale: Float,
    into storage: UnsafeMutableBufferPointer<Int8>
) -> Float? {
    var largest: Float = 0
    var sum: Float = 0
    for element in 0..<row.count {
        largest = max(largest, row[element].magnitude)
        sum += row[element] * 0  // NaN once any weight is NaN or infinite, which max alone may miss
    }
    guard sum == 0, bias.isFinite else { return nil }
    var scale = max(largest / 127, Float(bias.magnitude / (Double(inputScale) * 0x1p30)))
    if scale < .leastNormalMagnitude { scale = 1 }
    guard scale.isFinite else { return nil }
    for element in 0..<row.count {
        // Adding 1.5 · 2^23 leaves the integer nearest (ties to even) in the low bits; unlike rounded(), it vectorises.
        let steps = min(max(row[element] / scale, -127), 127) + 0x1.8p23
        storage[element] = Int8(truncatingIfNeeded: steps.bitPattern)
    }
    return scale
}

/// y = multiplier · x + offset per channel, in double precision: a batch normalization with its constants folded.
struct ChannelAffine {
    /// One per channel: scale / √(variance + epsilon).
    var multipliers: [Double]
    /// One per channel: shift − mean · multiplier.
    var offsets: [Double]

    /// Folds a batch normalization's constants.
    init(node: String, _ normalization: BatchNormalization) throws(QuantizationError) {
        let scale = normalization.scale.elements()
        let shift = normalization.shift.elements()
        let mean = normalization.mean.elements()
        let variance = normalization.variance.elements()
        guard shift.count == scale.count, mean.count == scale.count, variance.count == scale.count else {
            throw QuantizationError(.inconsistent, "\(node): batch normalization parameters differ in length")
        }
        let multipliers = scale.indices.map {
            Double(scale[$0]) / (Double(variance[$0]) + Double(normalization.epsilon)).squareRoot()
        }
        self.multipliers = multipliers
        offsets = scale.indices.map { Double(shift[$0]) - Double(mean[$0]) * multipliers[$0] }
        guard multipliers.allSatisfy(\.isFinite), offsets.allSatisfy(\.isFinite) else {
            throw QuantizationError(.notFinite, "\(node): batch normalization does not give finite numbers")
        }
    }
}
