// swift-format-ignore-file: AlwaysUseLowerCamelCase

public import KernelInterface

/// Matrix product, 4 rows by 8 columns at once, one k at a time.
///
/// u8 · s8 lies in −32,640...32,385: each product is exact in 16 bits and is widened only to be added.
///
/// - Parameter arguments: The operands; weights in panels [depth][8].
public func qu8_qs8c_gemm_4x8c1__portable(_ arguments: UnsafePointer<GemmArguments>) {
    let a = arguments.pointee
    precondition(a.rows >= 1 && a.depth >= 1 && a.columns >= 1, "a product has rows, depth and columns")
    let requantizer = Requantizer(a.quantization)
    var row = 0
    while row < a.rows {
        // A short last tile computes its first row again in place of the missing ones and stores only its own.
        let tileRows = min(4, a.rows &- row)
        let x0 = a.input + row &* a.inputRowStride
        let x1 = tileRows > 1 ? x0 + a.inputRowStride : x0
        let x2 = tileRows > 2 ? x1 + a.inputRowStride : x0
        let x3 = tileRows > 3 ? x2 + a.inputRowStride : x0
        var column = 0
        while column < a.columns {
            let weights = a.weights + column &* a.depth
            let bias = UnsafeRawPointer(a.bias + column)
            var s0 = bias.loadUnaligned(as: SIMD4<Int32>.self)
            var t0 = (bias + 16).loadUnaligned(as: SIMD4<Int32>.self)
            var (s1, s2, s3) = (s0, s0, s0)
            var (t1, t2, t3) = (t0, t0, t0)
            var k = 0
            while k < a.depth {
                let w = widened(weights + k &* 8)
                accumulate(&s0, &t0, w, x0[k])
                accumulate(&s1, &t1, w, x1[k])
                accumulate(&s2, &t2, w, x2[k])
                accumulate(&s3, &t3, w, x3[k])
                k &+= 1
            }
            storeRow(s0, t0, a, row, column, requantizer)
            if tileRows > 1 { storeRow(s1, t1, a, row &+ 1, column, requantizer) }
            if tileRows > 2 { storeRow(s2, t2, a, row &+ 2, column, requantizer) }
            if tileRows > 3 { storeRow(s3, t3, a, row &+ 3, column, requantizer) }
            column &+= 8
        }
        row &+= 4
    }
}

/// Eight weights in 16 bits.
@inline(__always)
private func widened(_ weights: UnsafePointer<Int8>) -> SIMD8<Int16> {
    SIMD8<Int16>(truncatingIfNeeded: UnsafeRawPointer(weights).loadUnaligned(as: SIMD8<Int8>.self))
}

/// Adds one k's products to a row's eight sums.
@inline(__always)
private func accumulate(
    _ low: inout SIMD4<Int32>,
    _ high: inout SIMD4<Int32>,
    _ weights: SIMD8<Int16>,
    _ activation: UInt8
) {
    let products = weights &* SIMD8<Int16>(repeating: Int16(activation))
    low &+= SIMD4<Int32>(truncatingIfNeeded: products.lowHalf)
    high &+= SIMD4<Int32>(truncatingIfNeeded: products.highHalf)
}

/// Requantizes one row's eight sums and stores those that exist.
@inline(__always)
private func storeRow(
    _ low: SIMD4<Int32>,
    _ high: SIMD4<Int32>,
    _ a: GemmArguments,
    _ row: Int,
    _ column: Int,
    _ requantizer: Requantizer
) {
    let sums = SIMD8<Int32>(lowHalf: low, highHalf: high)
    let output = a.output + (row &* a.outputRowStride &+ column)
    let count = min(8, a.columns &- column)
    var lane = 0
    while lane < count {
        var real = Float(sums[lane]) * a.multipliers[column &+ lane]
        if let residual = a.residual {
            // Not-a-number becomes the lower bound, as it does where the bounds are the output's.
            real = real > a.productLowest ? min(real, a.productHighest) : a.productLowest
            let stored = Int32(residual[row &* a.residualRowStride &+ column &+ lane])
            real += Float(stored &- a.residualZeroPoint) * a.residualMultiplier
        }
        output[lane] = requantizer.store(real)
        lane &+= 1
    }
}
