/// SplitMix64 (Steele, Lea, Flood 2014): the same sequence everywhere from one seed, which failures print.
struct RandomNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    mutating func weights(_ count: Int) -> [Int8] { (0..<count).map { _ in Int8(bitPattern: byte()) } }

    mutating func integers(_ count: Int, magnitude: Int32) -> [Int32] {
        (0..<count).map { _ in Int32(truncatingIfNeeded: next() % UInt64(2 * magnitude + 1)) - magnitude }
    }

    /// Numbers around `scale`, either sign, so that results spread over the output's range and past it.
    mutating func multipliers(_ count: Int, scale: Float) -> [Float] {
        (0..<count).map { _ in
            let sign: Float = byte() < 16 ? -1 : 1
            return sign * scale * (0.25 + Float(next() >> 40) / Float(1 << 24))
        }
    }
}
