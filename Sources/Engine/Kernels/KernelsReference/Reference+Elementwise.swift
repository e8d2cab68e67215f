public import KernelInterface

extension Reference {
    /// output[p][c] = clamp(maximum over t of tap[p][t][c]).
    ///
    /// - Parameters:
    ///   - taps: [pixels][taps][channels].
    ///   - quantization: Output bounds; the scale is the input's.
    /// - Returns: [pixels][channels].
    public static func maxPool(taps: [[[UInt8]]], quantization: OutputQuantization) -> [UInt8] {
        reduce(taps) { _, values in
            let largest = Int32(values.max() ?? 0)
            return UInt8(Swift.min(Swift.max(largest, quantization.lowest), quantization.highest))
        }
    }

    /// output[p][c] = requantize(Σₜ tap[p][t][c] − taps·inputZeroPoint, multipliers[p]).
    ///
    /// - Parameters:
    ///   - taps: [pixels][taps][channels].
    ///   - inputZeroPoint: The input's zero point.
    ///   - multipliers: [pixels].
    ///   - quantization: Output integer scale.
    /// - Returns: [pixels][channels].
    public static func averagePool(
        taps: [[[UInt8]]],
        inputZeroPoint: Int32,
        multipliers: [Float],
        quantization: OutputQuantization
    ) -> [UInt8] {
        reduce(taps) { pixel, values in
            var sum: Int64 = 0
            for value in values { sum += Int64(value) - Int64(inputZeroPoint) }
            return store(accumulator(sum) * multipliers[pixel], quantization)
        }
    }

    /// Applies `combine` to the taps of each pixel's each channel.
    private static func reduce(_ taps: [[[UInt8]]], _ combine: (Int, [UInt8]) -> UInt8) -> [UInt8] {
        var output: [UInt8] = []
        for (pixel, rows) in taps.enumerated() {
            for channel in rows[0].indices {
                output.append(combine(pixel, rows.map { $0[channel] }))
            }
        }
        return output
    }

    /// One side of a sum.
    public struct Operand: Sendable {
        /// Stored integers.
        public var values: [UInt8]
        /// The stored integer that means 0.
        public var zeroPoint: Int32
        /// Operand scale / output scale.
        public var multiplier: Float

        /// Makes an operand.
        public init(values: [UInt8], zeroPoint: Int32, multiplier: Float) {
            self.values = values
            self.zeroPoint = zeroPoint
            self.multiplier = multiplier
        }
    }

    /// output[i] = requantize(left[i] + right[i]).
    ///
    /// - Parameters:
    ///   - left: One side.
    ///   - right: The other, as long.
    ///   - quantization: Output integer scale.
    /// - Returns: As many results.
    public static func add(_ left: Operand, _ right: Operand, quantization: OutputQuantization) -> [UInt8] {
        left.values.indices.map { index in
            let first = Float(Int32(left.values[index]) - left.zeroPoint) * left.multiplier
            let second = Float(Int32(right.values[index]) - right.zeroPoint) * right.multiplier
            return store(first + second, quantization)
        }
    }

    /// output[i] = requantize(left[i] · right[i], multiplier).
    ///
    /// - Parameters:
    ///   - left: One side; its own multiplier is not looked at.
    ///   - right: The other, as long.
    ///   - multiplier: Both scales over the output's.
    ///   - quantization: Output integer scale.
    /// - Returns: As many results.
    public static func multiply(
        _ left: Operand,
        _ right: Operand,
        multiplier: Float,
        quantization: OutputQuantization
    ) -> [UInt8] {
        left.values.indices.map { index in
            let product =
                (Int64(left.values[index]) - Int64(left.zeroPoint))
                * (Int64(right.values[index]) - Int64(right.zeroPoint))
            return store(accumulator(product) * multiplier, quantization)
        }
    }

    /// output[r][c] = requantize(Float(input[r][c] − inputZeroPoint)·multipliers[c] + offsets[c]).
    ///
    /// - Parameters:
    ///   - input: [rows][columns].
    ///   - inputZeroPoint: The input's zero point.
    ///   - multipliers: [columns].
    ///   - offsets: [columns].
    ///   - quantization: Output integer scale.
    /// - Returns: [rows][columns].
    public static func channelAffine(
        input: [UInt8],
        inputZeroPoint: Int32,
        multipliers: [Float],
        offsets: [Float],
        quantization: OutputQuantization
    ) -> [UInt8] {
        input.enumerated().map { index, value in
            let column = index % multipliers.count
            let product = Float(Int32(value) - inputZeroPoint) * multipliers[column]
            return store(product + offsets[column], quantization)
        }
    }

    /// output[i] = table[input[i]].
    ///
    /// - Parameters:
    ///   - input: Stored integers.
    ///   - table: 256 results.
    /// - Returns: As many results.
    public static func lookup(input: [UInt8], table: [UInt8]) -> [UInt8] {
        input.map { table[Int($0)] }
    }
}
