import KernelInterface
import KernelsReference

/// Calls `body` with the addresses of two inputs, as many reals twice, and an output; all have room to read on.
func withBuffers(
    _ left: [UInt8],
    _ right: [UInt8],
    _ multipliers: [Float],
    _ offsets: [Float],
    count: Int,
    _ body: (
        UnsafePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<Float>, UnsafePointer<Float>,
        UnsafeMutablePointer<UInt8>
    ) -> Void
) -> [UInt8] {
    var found = [UInt8](repeating: untouched, count: count)
    left.withUnsafeBufferPointer { left in
        right.withUnsafeBufferPointer { right in
            multipliers.withUnsafeBufferPointer { multipliers in
                offsets.withUnsafeBufferPointer { offsets in
                    found.withUnsafeMutableBufferPointer { found in
                        guard let x = left.baseAddress, let z = right.baseAddress, let m = multipliers.baseAddress,
                            let o = offsets.baseAddress, let y = found.baseAddress
                        else { return }
                        body(x, z, m, o, y)
                    }
                }
            }
        }
    }
    return found
}

func checkElementwise(_ tally: inout Tally, _ random: inout RandomNumbers) {
    for columns in [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 70] {
        for gap in [0, 3] {
            let rows = 4
            let stride = columns + gap
            let left = random.bytes(rows * columns)
            let right = random.bytes(rows * columns)
            let (leftZero, rightZero) = (Int32(random.byte()), Int32(random.byte()))
            let output = quantization(&random)
            let multipliers = random.multipliers(roundedUp(columns, to: 64), scale: 1)
            var offsets = random.multipliers(roundedUp(columns, to: 64), scale: 20)
            // Not-a-number becomes the lowest result.
            if gap == 0 { offsets[0] = .nan }
            let x = padded(left, rows: rows, columns: columns, stride: stride, &random)
            let z = padded(right, rows: rows, columns: columns, stride: stride, &random)
            let table = random.bytes(256)

            let sum = withBuffers(x, z, multipliers, offsets, count: rows * stride) { x, z, _, _, y in
                var arguments = AddArguments(
                    left: x,
                    leftRowStride: stride,
                    leftZeroPoint: leftZero,
                    leftMultiplier: 0.71,
                    right: z,
                    rightRowStride: stride,
                    rightZeroPoint: rightZero,
                    rightMultiplier: -0.33,
                    output: y,
                    outputRowStride: stride,
                    rows: rows,
                    columns: columns,
                    quantization: output
                )
                qu8_vadd_c8__neon(&arguments)
            }
            let first = Reference.Operand(values: left, zeroPoint: leftZero, multiplier: 0.71)
            let second = Reference.Operand(values: right, zeroPoint: rightZero, multiplier: -0.33)
            tally.compare(
                "qu8_vadd_c8__neon",
                sum,
                stride: stride,
                columns: columns,
                Reference.add(first, second, quantization: output)
            )

            let product = withBuffers(x, z, multipliers, offsets, count: rows * stride) { x, z, _, _, y in
                var arguments = MultiplyArguments(
                    left: x,
                    leftRowStride: stride,
                    leftZeroPoint: leftZero,
                    right: z,
                    rightRowStride: stride,
                    rightZeroPoint: rightZero,
                    multiplier: 0.013,
                    output: y,
                    outputRowStride: stride,
                    rows: rows,
                    columns: columns,
                    quantization: output
                )
                qu8_vmul_c8__neon(&arguments)
            }
            tally.compare(
                "qu8_vmul_c8__neon",
                product,
                stride: stride,
                columns: columns,
                Reference.multiply(first, second, multiplier: 0.013, quantization: output)
            )

            let affine = withBuffers(x, z, multipliers, offsets, count: rows * stride) { x, _, m, o, y in
                var arguments = ChannelAffineArguments(
                    input: x,
                    inputRowStride: stride,
                    output: y,
                    outputRowStride: stride,
                    rows: rows,
                    columns: columns,
                    inputZeroPoint: leftZero,
                    multipliers: m,
                    offsets: o,
                    quantization: output
                )
                qu8_vaffine_c8__neon(&arguments)
            }
            tally.compare(
                "qu8_vaffine_c8__neon",
                affine,
                stride: stride,
                columns: columns,
                Reference.channelAffine(
                    input: left,
                    inputZeroPoint: leftZero,
                    multipliers: Array(multipliers[..<columns]),
                    offsets: Array(offsets[..<columns]),
                    quantization: output
                )
            )

            let looked = withBuffers(x, table, multipliers, offsets, count: rows * stride) { x, table, _, _, y in
                var arguments = LookupArguments(
                    input: x,
                    inputRowStride: stride,
                    output: y,
                    outputRowStride: stride,
                    rows: rows,
                    columns: columns,
                    table: table
                )
                x8_lut_c16__neon(&arguments)
            }
            tally.compare(
                "x8_lut_c16__neon",
                looked,
                stride: stride,
                columns: columns,
                Reference.lookup(input: left, table: table)
            )
        }
    }
}
