// How one row (filter) of n weights is made:
//
// 1. n integers of −127...127 with a triangular distribution: the sum of two random bytes, centred and halved.
// 2. One of them, at a random place, becomes ±127. So the row's largest magnitude is exactly 127 steps, and per-channel
//    int8 quantization (step = largest magnitude / 127) gives the same integers back.
// 3. If centred: all the others are shifted until the row sums to 0. Then what all inputs share (after ReLU, their
//    positive mean) cancels, and what remains is what differs between inputs; otherwise the shared part would grow with
//    depth until every image gave the same answer.
// 4. The step is chosen so that the sum of squares is amplitude²·energy, amplitude being random per row (0.75..<1.25).
//
// Nothing but integer operations, IEEE multiplication, division and square root: the same bits on every machine.

/// The weights of one tensor, row by row.
struct WeightRows: Sendable {
    /// Random source of this tensor.
    var source: CounterHash
    /// Weights in a row, at least 2.
    var rowLength: Int
    /// Sum of squares of a row of amplitude 1.
    var energy: Double
    /// Whether each row sums to 0.
    var isCentred: Bool

    /// The factor on all weights of a row.
    func amplitude(row: Int) -> Double { 1 + 0.25 * source.child(row).signedUnit(at: -1) }

    /// Writes a row of `rowLength` weights.
    func fill(row: Int, into weights: UnsafeMutableBufferPointer<Float>) {
        precondition(rowLength >= 2 && weights.count >= rowLength, "a row has at least 2 weights, and room for them")
        let row = source.child(row)
        let amplitude = 1 + 0.25 * row.signedUnit(at: -1)
        fillTriangular(row, weights)
        let choice = row.bits(at: -2)
        let peak = Int(choice >> 1) % rowLength
        weights[peak] = choice & 1 == 0 ? 127 : -127
        if isCentred { centre(weights, except: peak) }

        var squares: Int64 = 0
        for index in 0..<rowLength {
            let integer = integer(weights[index])
            squares &+= Int64(integer &* integer)
        }
        let step = Float(amplitude * (energy / Double(squares)).squareRoot())
        for index in 0..<rowLength { weights[index] *= step }
    }

    private func fillTriangular(_ row: CounterHash, _ weights: UnsafeMutableBufferPointer<Float>) {
        // Four weights of two bytes each from one hash.
        let whole = rowLength & ~3
        for index in stride(from: 0, to: whole, by: 4) {
            let bits = row.bits(at: index / 4)
            weights[index] = triangular(bits)
            weights[index + 1] = triangular(bits &>> 16)
            weights[index + 2] = triangular(bits &>> 32)
            weights[index + 3] = triangular(bits &>> 48)
        }
        var bits = row.bits(at: whole / 4)
        for index in whole..<rowLength {
            weights[index] = triangular(bits)
            bits &>>= 16
        }
    }

    @inline(__always)
    private func triangular(_ bits: UInt64) -> Float {
        let sum = Int32(truncatingIfNeeded: bits & 0xFF) &+ Int32(truncatingIfNeeded: (bits &>> 8) & 0xFF)
        return Float((sum &- 255) / 2)
    }

    /// The integer a small whole float stands for, without the range check that keeps a loop from being vectorised:
    /// added to 1.5·2²³, it is the sum's low mantissa bits.
    @inline(__always)
    private func integer(_ weight: Float) -> Int32 {
        Int32(bitPattern: (weight + 12_582_912).bitPattern) &- 0x4B40_0000
    }

    /// Shifts all but one of the integers in the buffer so that they sum to 0, within −127...127.
    private func centre(_ weights: UnsafeMutableBufferPointer<Float>, except peak: Int) {
        var sum: Int32 = 0
        for index in 0..<rowLength { sum &+= integer(weights[index]) }
        let shift = Float(sum / Int32(rowLength))
        let fixed = weights[peak]
        sum = 0
        for index in 0..<rowLength {
            let shifted = max(-127, min(127, weights[index] - shift))
            weights[index] = shifted
            sum &+= integer(shifted)
        }
        sum &+= integer(fixed - weights[peak])
        weights[peak] = fixed
        // What is left, less than a step each but for rows that met a bound, goes in single steps.
        while sum != 0 {
            let step: Float = sum > 0 ? -1 : 1
            let change: Int32 = sum > 0 ? -1 : 1
            var index = 0
            while index < rowLength, sum != 0 {
                if index != peak, abs(weights[index] + step) <= 127 {
                    weights[index] += step
                    sum &+= change
                }
                index += 1
            }
        }
    }
}
