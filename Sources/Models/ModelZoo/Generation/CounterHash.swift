/// A counter-based random source: the number at a position is a hash of key and position, so any of them can be had
/// without the ones before it.
///
/// The hash is SplitMix64's output function over its usual sequence (Steele, Lea, Flood, OOPSLA 2014), 64-bit integer
/// arithmetic only, hence the same on every machine.
struct CounterHash: Sendable {
    var key: UInt64

    /// The 64 random bits at a position.
    @inline(__always)
    func bits(at position: Int) -> UInt64 {
        var z = key &+ (UInt64(truncatingIfNeeded: position) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z &>> 31)
    }

    /// An independent source, one of many numbered ones.
    func child(_ index: Int) -> CounterHash { CounterHash(key: bits(at: index)) }

    /// A uniform number of −1..<1 at a position.
    func signedUnit(at position: Int) -> Double {
        Double(Int64(bitPattern: bits(at: position)) >> 11) * 0x1p-52
    }
}
