public import KernelInterface

/// The kernels' arithmetic written out one result at a time, on plain arrays: what every kernel is compared with.
///
/// Rows are dense and weights unpacked, so that the comparison covers packing and strides too. Tests only.
public enum Reference {
    /// The stored integer of a real result, `Requantization.swift`'s last two lines; not-a-number gives the lowest.
    static func store(_ real: Float, _ quantization: OutputQuantization) -> UInt8 {
        let bottom = Float(quantization.lowest - quantization.zeroPoint)
        let top = Float(quantization.highest - quantization.zeroPoint)
        if real.isNaN || real <= bottom { return UInt8(quantization.lowest) }
        if real >= top { return UInt8(quantization.highest) }
        return UInt8(Int32(real.rounded(.toNearestOrEven)) + quantization.zeroPoint)
    }

    /// A sum in the 32 bits kernels accumulate in.
    static func accumulator(_ sum: Int64) -> Float {
        Float(Int32(truncatingIfNeeded: sum))
    }

    /// A value added before requantization.
    public struct Residual: Sendable {
        /// rows · columns stored integers.
        public var values: [UInt8]
        /// The stored integer that means 0.
        public var zeroPoint: Int32
        /// Residual scale / output scale.
        public var multiplier: Float
        /// What products are clamped to before the residual is added; the lower bound is for not-a-number, too.
        public var productLowest, productHighest: Float

        /// Makes a residual.
        public init(
            values: [UInt8],
            zeroPoint: Int32,
            multiplier: Float,
            productLowest: Float = -.infinity,
            productHighest: Float = .infinity
        ) {
            self.values = values
            self.zeroPoint = zeroPoint
            self.multiplier = multiplier
            self.productLowest = productLowest
            self.productHighest = productHighest
        }

        /// A product within its bounds.
        func bounded(_ product: Float) -> Float {
            if product.isNaN || product < productLowest { return productLowest }
            return product > productHighest ? productHighest : product
        }
    }

    /// output[m][n] = requantize(bias[n] + Σₖ input[m][k]·weight[n][k] (+ residual[m][n])).
    ///
    /// - Parameters:
    ///   - input: [rows][depth].
    ///   - weights: [columns][depth].
    ///   - bias: [columns], the input's zero point already folded in.
    ///   - multipliers: [columns].
    ///   - depth: Elements of a row.
    ///   - quantization: Output integer scale.
    ///   - residual: [rows][columns], nil for none.
    /// - Returns: [rows][columns].
    public static func gemm(
        input: [UInt8],
        weights: [Int8],
        bias: [Int32],
        multipliers: [Float],
        depth: Int,
        quantization: OutputQuantization,
        residual: Residual?
    ) -> [UInt8] {
        let columns = bias.count
        var output: [UInt8] = []
        for row in 0..<input.count / depth {
            for column in 0..<columns {
                var sum = Int64(bias[column])
                for k in 0..<depth {
                    sum += Int64(input[row * depth + k]) * Int64(weights[column * depth + k])
                }
                var real = accumulator(sum) * multipliers[column]
                if let residual {
                    let centred = Int32(residual.values[row * columns + column]) - residual.zeroPoint
                    let addend = Float(centred) * residual.multiplier
                    real = residual.bounded(real) + addend
                }
                output.append(store(real, quantization))
            }
        }
        return output
    }

    /// output[p][c] = requantize(bias[c] + Σₜ tap[p][t][c]·weight[t][c]).
    ///
    /// - Parameters:
    ///   - taps: [pixels][taps][channels].
    ///   - weights: [taps][channels].
    ///   - bias: [channels], the input's zero point already folded in.
    ///   - multipliers: [channels].
    ///   - quantization: Output integer scale.
    /// - Returns: [pixels][channels].
    public static func depthwise(
        taps: [[[UInt8]]],
        weights: [Int8],
        bias: [Int32],
        multipliers: [Float],
        quantization: OutputQuantization
    ) -> [UInt8] {
        var output: [UInt8] = []
        for pixel in taps {
            for channel in bias.indices {
                var sum = Int64(bias[channel])
                for (tap, row) in pixel.enumerated() {
                    sum += Int64(row[channel]) * Int64(weights[tap * bias.count + channel])
                }
                output.append(store(accumulator(sum) * multipliers[channel], quantization))
            }
        }
        return output
    }
}
