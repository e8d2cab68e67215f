// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// Multiplies and adds 16-bit integers in registers only, 12 independent vectors an iteration.
///
/// It stands for what a processor's baseline vectors allow plain Swift. Sums of a network need 32 bits, so the portable
/// kernel, which widens every product, stays far below: a portable run is limited by the engine, and is to say so.
///
/// - Parameter iterations: How often; 12 · 8 multiply-accumulates each.
/// - Returns: A value that depends on every sum, so that none is optimised away.
public func mul_peak__portable(_ iterations: Int) -> Int32 {
    // Odd, so that no power of it vanishes.
    let w = SIMD8<Int16>(1, 3, 5, 7, 9, 11, 13, 15)
    // Different, or a compiler would see that all sums are one.
    var (a0, a1, a2, a3, a4, a5) = (w &+ 1, w &+ 2, w &+ 3, w &+ 4, w &+ 5, w &+ 6)
    var (b0, b1, b2, b3, b4, b5) = (w &+ 7, w &+ 8, w &+ 9, w &+ 10, w &+ 11, w &+ 12)
    var left = iterations
    while left > 0 {
        a0 = a0 &* w &+ w
        a1 = a1 &* w &+ w
        a2 = a2 &* w &+ w
        a3 = a3 &* w &+ w
        a4 = a4 &* w &+ w
        a5 = a5 &* w &+ w
        b0 = b0 &* w &+ w
        b1 = b1 &* w &+ w
        b2 = b2 &* w &+ w
        b3 = b3 &* w &+ w
        b4 = b4 &* w &+ w
        b5 = b5 &* w &+ w
        left &-= 1
    }
    // Step by step: Swift 6.2 gives a chain of twelve up as too hard to type-check.
    var sums: SIMD8<Int16> = a0 &+ a1
    for vector: SIMD8<Int16> in [a2, a3, a4, a5, b0, b1, b2, b3, b4, b5] { sums &+= vector }
    return Int32(sums.wrappedSum())
}
