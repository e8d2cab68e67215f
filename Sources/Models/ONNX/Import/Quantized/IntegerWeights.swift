import NetworkGraph
import ONNXFormat
import Quantization

/// A layer's weights and bias as the engine wants them: s8 with zero point 0, one scale a row; s32 at input scale times
/// weight scale.
///
/// The integers are the file's. Zero points are taken off; where q − zero point leaves s8, it is the sum of 2 or 3 s8
/// pieces, side by side along the input channels. A bias of another scale, or a float one, is rounded to the row's unit.
struct IntegerWeights {
    /// [outputs][inputs · copies][…]; piece j of channel c is at c · copies + j.
    private(set) var elements: [Int8]
    /// Pieces a weight is made of.
    private(set) var copies = 1
    private(set) var scales: [Float]
    private(set) var bias: [Int32]

    /// The largest bias, so that sums have room.
    private static let largestBias: Double = 0x1p30

    init(
        _ constants: LayerConstants,
        followedBy affine: (factors: [Float], offsets: [Float])?,
        inputScale: Float,
        node: String
    ) throws(ONNXError) {
        let weights = constants.weights
        let quoted = ONNXError.quoted(node)
        guard let dequantization = weights.dequantization, let storage = weights.tensor.elementType.activationStorage
        else {
            throw ONNXError(
                .unsupportedModel,
                "node \(quoted): weights \(ONNXError.quoted(weights.tensor.name)) are not quantized to 8 bits, while its "
                    + "input is; export them with DequantizeLinear, or quantize the float model with \"edgeprof quantize\""
            )
        }
        guard dequantization.axis == nil || dequantization.axis == 0 else {
            throw ONNXError(
                .unsupportedModel,
                "node \(quoted): weights are quantized along axis \(dequantization.axis ?? 0) of its inputs; quantize "
                    + "them per tensor or per output channel"
            )
        }
        let rows = weights.dimensions[0]
        let depth = weights.elementCount / max(rows, 1)
        func perRow<Element>(_ list: [Element]) -> [Element] {
            list.count == rows ? list : Array(repeating: list[0], count: rows)
        }
        elements = [Int8](unsafeUninitializedCapacity: weights.elementCount) { buffer, count in
            weights.copyRaw(
                into: UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[..<weights.elementCount]
                )
            )
            count = weights.elementCount
        }
        scales = perRow(dequantization.scales)
        bias = []
        let zeroPoints = perRow(dequantization.zeroPoints)
        removeZeroPoints(zeroPoints, storage, depth: depth, channels: weights.dimensions[1])

        var reals = try constants.bias?.floats().map { Double($0) }
        let exact = Self.storedBias(constants.bias)
        guard reals?.count ?? rows == rows else {
            throw ONNXError(.invalidGraph, "node \(quoted): bias does not have \(rows) elements")
        }
        if let exact, let scale = constants.bias?.dequantization?.scales {
            // In double precision: float32 does not hold every s32.
            reals = exact.indices.map { Double(exact[$0]) * Double(scale[scale.count == 1 ? 0 : $0]) }
        }
        bias = [Int32](repeating: 0, count: rows)
        for row in 0..<rows {
            let factor = Double(affine?.factors[row] ?? 1)
            let gain = factor * Double(constants.weightFactor)
            var real = (reals?[row] ?? 0) * Double(constants.biasFactor) * factor
            if let affine { real += Double(affine.offsets[row]) }
            guard real.isFinite, gain.isFinite else {
                throw ONNXError(.invalidGraph, "node \(quoted): bias of output \(row) is not a finite number")
            }
            setRow(row, gain: gain, bias: real, inputScale: inputScale, depth: depth * copies)
        }
    }

    /// The s32 a file stores for a bias with zero point 0, nil for others.
    private static func storedBias(_ bias: Constant?) -> [Int64]? {
        guard var bias, bias.dequantization?.zeroPoints.allSatisfy({ $0 == 0 }) == true else { return nil }
        bias.dequantization = nil
        return try? bias.int64s()
    }

    /// Gives a row its scale times a gain, and its bias in that unit.
    private mutating func setRow(_ row: Int, gain: Double, bias real: Double, inputScale: Float, depth: Int) {
        let range = (row * depth)..<((row + 1) * depth)
        var scale = Double(scales[row]) * gain
        if scale < 0 {
            // −128 has no opposite: a step of half the precision is taken off it.
            for index in range { elements[index] = elements[index] == .min ? .max : -elements[index] }
            scale = -scale
        }
        let least = real.magnitude / (Double(inputScale) * Self.largestBias)
        if scale < Double(Float.leastNormalMagnitude) || elements[range].allSatisfy({ $0 == 0 }) {
            // Weights that are all zero: any unit serves.
            for index in range { elements[index] = 0 }
            scale = max(least, scale < Double(Float.leastNormalMagnitude) ? 1 : scale)
        } else if scale < least {
            // Weights of almost nothing beside their bias: a coarser step makes the bias fit.
            for index in range { elements[index] = Int8((Double(elements[index]) * scale / least).rounded()) }
            scale = least
        }
        scales[row] = Float(scale)
        let steps = (real / (Double(inputScale) * scale)).rounded(.toNearestOrEven)
        bias[row] = Int32(min(max(steps, -Self.largestBias), Self.largestBias))
    }

    /// Subtracts zero points, in s8 pieces where one does not hold the difference.
    private mutating func removeZeroPoints(
        _ zeroPoints: [Int32],
        _ storage: QuantizationParameters.Storage,
        depth: Int,
        channels: Int
    ) {
        let middle: Int32 = storage == .unsigned8 ? 128 : 0
        if storage == .unsigned8 {
            // From here on s8: the stored number and its zero point less 128.
            for index in elements.indices { elements[index] ^= Int8(bitPattern: 0x80) }
        }
        let shifts = zeroPoints.map { Int($0 - middle) }
        guard shifts.contains(where: { $0 != 0 }) else { return }
        var lowest = 0
        var highest = 0
        for (row, shift) in shifts.enumerated() {
            for index in (row * depth)..<((row + 1) * depth) {
                let difference = Int(elements[index]) - shift
                lowest = min(lowest, difference)
                highest = max(highest, difference)
            }
        }
        copies = max((highest + 126) / 127, (-lowest + 127) / 128, 1)
        let taps = depth / max(channels, 1)
        var pieces = [Int8](repeating: 0, count: elements.count * copies)
        for (row, shift) in shifts.enumerated() {
            for index in 0..<depth {
                var rest = Int(elements[row * depth + index]) - shift
                let (channel, tap) = (index / taps, index % taps)
                for piece in 0..<copies {
                    let part = min(max(rest, -128), 127)
                    rest -= part
                    pieces[((row * channels + channel) * copies + piece) * taps + tap] = Int8(part)
                }
            }
        }
        elements = pieces
    }
}
