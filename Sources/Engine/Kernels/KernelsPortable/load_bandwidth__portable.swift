// swift-format-ignore-file: AlwaysUseLowerCamelCase

/// Reads memory and nothing else, 8 vectors of the baseline an iteration.
///
/// - Parameters:
///   - base: First byte, on a cache line's boundary.
///   - bytes: How many, a multiple of 512.
///   - passes: How often.
/// - Returns: A value that depends on every byte, so that no load is optimised away.
public func load_bandwidth__portable(_ base: UnsafeRawPointer, _ bytes: Int, _ passes: Int) -> Int32 {
    let zero = SIMD4<Int32>(repeating: 0)
    var (a0, a1, a2, a3, a4, a5, a6, a7) = (zero, zero, zero, zero, zero, zero, zero, zero)
    let end = base + bytes
    var left = passes
    while left > 0 {
        var place = base
        while place < end {
            a0 = a0 &+ place.loadUnaligned(as: SIMD4<Int32>.self)
            a1 = a1 &+ (place + 16).loadUnaligned(as: SIMD4<Int32>.self)
            a2 = a2 &+ (place + 32).loadUnaligned(as: SIMD4<Int32>.self)
            a3 = a3 &+ (place + 48).loadUnaligned(as: SIMD4<Int32>.self)
            a4 = a4 &+ (place + 64).loadUnaligned(as: SIMD4<Int32>.self)
            a5 = a5 &+ (place + 80).loadUnaligned(as: SIMD4<Int32>.self)
            a6 = a6 &+ (place + 96).loadUnaligned(as: SIMD4<Int32>.self)
            a7 = a7 &+ (place + 112).loadUnaligned(as: SIMD4<Int32>.self)
            place += 128
        }
        left &-= 1
    }
    let sum = a0 &+ a1 &+ a2 &+ a3 &+ a4 &+ a5 &+ a6 &+ a7
    return sum[0] &+ sum[1] &+ sum[2] &+ sum[3]
}
