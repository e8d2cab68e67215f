import KernelInterface
import KernelsReference

// Embedded Swift, run under an emulated arm64 processor by scripts/test-arm-kernels.sh: every arm64 kernel against the
// reference, bit for bit. Buffers are watched for writes outside of what a kernel may write.

@_extern(c, "edgeprof_report")
func report(_ text: UnsafePointer<CChar>)

/// Prints a line without Foundation's help.
func say(_ text: String) {
    var text = text + "\n"
    text.withUTF8 { bytes in
        var terminated: [CChar] = bytes.map { CChar(bitPattern: $0) }
        terminated.append(0)
        terminated.withUnsafeBufferPointer { if let base = $0.baseAddress { report(base) } }
    }
}

/// What has been compared so far.
struct Tally {
    var cases = 0
    var failures = 0

    /// Compares a kernel's output, strided, with the reference's, and looks at the bytes between rows.
    mutating func compare(_ kernel: String, _ output: [UInt8], stride: Int, columns: Int, _ expected: [UInt8]) {
        cases += 1
        let rows = columns == 0 ? 0 : expected.count / columns
        for row in 0..<rows {
            for column in 0..<stride {
                let found = output[row * stride + column]
                let wanted: UInt8 = column < columns ? expected[row * columns + column] : untouched
                if found != wanted {
                    failures += 1
                    if failures <= 20 {
                        let place = "row " + String(row) + " column " + String(column)
                        say(kernel + ": " + place + ": " + String(found) + " in place of " + String(wanted))
                    }
                    return
                }
            }
        }
    }
}

/// What output buffers hold before a kernel runs.
let untouched: UInt8 = 0xA5

/// Checks all kernels up to a level: 0 NEON, 1 with dot products, 2 with matrix products of bytes.
///
/// - Returns: How many cases failed.
@c(edgeprof_check_kernels)
public func checkKernels(_ level: Int32) -> Int32 {
    var tally = Tally()
    var random = RandomNumbers(seed: 0x5EED)
    checkGemm("qu8_qs8c_gemm_8x8c1__neon", depthGroup: 1, &tally, &random) { qu8_qs8c_gemm_8x8c1__neon($0) }
    if level >= 1 {
        checkGemm("qu8_qs8c_gemm_8x8c4__neondotprod", depthGroup: 4, &tally, &random) {
            qu8_qs8c_gemm_8x8c4__neondotprod($0)
        }
    }
    if level >= 2 {
        checkGemm("qu8_qs8c_gemm_8x8c8__neoni8mm", depthGroup: 8, &tally, &random) {
            qu8_qs8c_gemm_8x8c8__neoni8mm($0)
        }
    }
    checkDepthwise(&tally, &random)
    checkPools(&tally, &random)
    checkElementwise(&tally, &random)
    say("arm kernels: " + String(tally.cases) + " cases, " + String(tally.failures) + " failed")
    return Int32(tally.failures)
}

/// Bytes a kernel may read behind a row, filled with garbage.
func padded(_ values: [UInt8], rows: Int, columns: Int, stride: Int, _ random: inout RandomNumbers) -> [UInt8] {
    var bytes = random.bytes(rows * stride + KernelLimits.overread)
    for row in 0..<rows {
        for column in 0..<columns { bytes[row * stride + column] = values[row * columns + column] }
    }
    return bytes
}

/// An output quantization: a zero point anywhere, bounds now and then narrowed.
func quantization(_ random: inout RandomNumbers) -> OutputQuantization {
    let zeroPoint = Int32(random.byte())
    let isNarrow = random.byte() < 80
    return OutputQuantization(
        zeroPoint: zeroPoint,
        lowest: isNarrow ? zeroPoint : 0,
        highest: isNarrow ? Int32(max(UInt8(zeroPoint), random.byte())) : 255
    )
}

func roundedUp(_ count: Int, to multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }

func checkGemm(
    _ name: String,
    depthGroup: Int,
    _ tally: inout Tally,
    _ random: inout RandomNumbers,
    _ run: (UnsafePointer<GemmArguments>) -> Void
) {
    let sizes = [1, 2, 7, 8, 9, 15, 16, 17, 33]
    for depth in [1, 3, 4, 7, 8, 9, 15, 16, 17, 27, 64, 147, 520] {
        for rows in sizes {
            for columns in sizes {
                let hasResidual = random.byte() < 100
                checkGemmCase(name, depthGroup, rows, depth, columns, hasResidual, &tally, &random, run)
            }
        }
    }
}

func checkGemmCase(
    _ name: String,
    _ depthGroup: Int,
    _ rows: Int,
    _ depth: Int,
    _ columns: Int,
    _ hasResidual: Bool,
    _ tally: inout Tally,
    _ random: inout RandomNumbers,
    _ run: (UnsafePointer<GemmArguments>) -> Void
) {
    // Now and then the extremes that a saturating instruction gets wrong.
    let extreme = random.byte() < 40
    let input = extreme ? [UInt8](repeating: 255, count: rows * depth) : random.bytes(rows * depth)
    let weights =
        extreme
        ? [Int8](repeating: random.byte() < 128 ? -128 : 127, count: columns * depth)
        : random.weights(columns * depth)
    let panels = (columns + 7) / 8
    let groups = (depth + depthGroup - 1) / depthGroup
    var packed = [Int8](repeating: 0, count: panels * groups * 8 * depthGroup + KernelLimits.overread)
    for column in 0..<columns {
        for k in 0..<depth {
            let place = ((column / 8 * groups + k / depthGroup) * 8 + column % 8) * depthGroup + k % depthGroup
            packed[place] = weights[column * depth + k]
        }
    }
    var bias = random.integers(panels * 8, magnitude: 100_000)
    let multipliers = random.multipliers(panels * 8, scale: 0.5 / Float(depth))
    let output = quantization(&random)
    let residual = random.bytes(rows * columns)
    let residualZeroPoint = Int32(random.byte())
    let expected = Reference.gemm(
        input: input,
        weights: weights,
        bias: Array(bias[..<columns]),
        multipliers: Array(multipliers[..<columns]),
        depth: depth,
        quantization: output,
        residual: hasResidual
            ? Reference.Residual(
                values: residual,
                zeroPoint: residualZeroPoint,
                multiplier: 0.37,
                productLowest: -20,
                productHighest: 40
            ) : nil
    )
    let stride = depth + Int(random.byte() % 5)
    let outputStride = columns + Int(random.byte() % 5)
    let rowsIn = padded(input, rows: rows, columns: depth, stride: stride, &random)
    let residualIn = padded(residual, rows: rows, columns: columns, stride: columns, &random)
    var found = [UInt8](repeating: untouched, count: rows * outputStride)
    bias.withUnsafeMutableBufferPointer { bias in
        rowsIn.withUnsafeBufferPointer { rowsIn in
            packed.withUnsafeBufferPointer { packed in
                multipliers.withUnsafeBufferPointer { multipliers in
                    residualIn.withUnsafeBufferPointer { residualIn in
                        found.withUnsafeMutableBufferPointer { found in
                            guard let x = rowsIn.baseAddress, let w = packed.baseAddress, let b = bias.baseAddress,
                                let m = multipliers.baseAddress, let y = found.baseAddress,
                                let z = residualIn.baseAddress
                            else { return }
                            var arguments = GemmArguments(
                                input: x,
                                inputRowStride: stride,
                                rows: rows,
                                depth: depth,
                                columns: columns,
                                weights: w,
                                bias: b,
                                multipliers: m,
                                output: y,
                                outputRowStride: outputStride,
                                quantization: output
                            )
                            if hasResidual {
                                arguments.residual = z
                                arguments.residualRowStride = columns
                                arguments.residualZeroPoint = residualZeroPoint
                                arguments.residualMultiplier = 0.37
                                arguments.productLowest = -20
                                arguments.productHighest = 40
                            }
                            run(&arguments)
                        }
                    }
                }
            }
        }
    }
    tally.compare(name, found, stride: outputStride, columns: columns, expected)
}
