import KernelInterface
import Testing

@testable import InferenceEngine

/// Packed weights against the formula of docs/kernels.md, element by element.
struct PackingTests {
    /// A kernel that is never run, with a packing of its own.
    private func kernel(columns: Int, depthGroup: Int) -> GemmKernel {
        GemmKernel(
            name: "c\(depthGroup)",
            instructionSet: "none",
            tileRows: 1,
            tileColumns: columns,
            depthGroup: depthGroup,
            run: { _ in }
        )
    }

    @Test(arguments: [1, 5, 31, 32, 33, 70], [(1, 1), (3, 9), (16, 1), (17, 1), (4, 6), (64, 9)])
    func weightsLieWhereKernelsLookForThem(columns: Int, layer: (channels: Int, taps: Int)) {
        var random = SplitMix(seed: UInt64(columns))
        let groups = 2
        for (tile, unit) in [(8, 1), (16, 2), (32, 4), (8, 8)] {
            let geometry = GemmGeometry(
                columns: columns,
                channels: layer.channels,
                taps: layer.taps,
                kernel(columns: tile, depthGroup: unit)
            )
            let depth = geometry.depth
            let weights = (0..<groups * columns * depth).map { _ in Int8.random(in: .min ... .max, using: &random) }
            // Any order will do: strips swap rows and columns of a window.
            let positions = Array((0..<layer.taps).reversed())
            var packed = [Int8](repeating: 0, count: groups * geometry.weightBytes)
            packed.withUnsafeMutableBufferPointer { room in
                weights.withUnsafeBufferPointer { source in
                    for group in 0..<groups {
                        geometry.pack(source, group: group, tapPositions: positions, into: room)
                    }
                }
            }
            var expected = [Int8](repeating: 0, count: packed.count)
            for row in 0..<groups * columns {
                let (group, c) = row.quotientAndRemainder(dividingBy: columns)
                for channel in 0..<layer.channels {
                    for tap in 0..<layer.taps {
                        let k = positions[tap] * layer.channels + channel
                        let place = ((c / tile * (geometry.paddedDepth / unit) + k / unit) * tile + c % tile) * unit
                        expected[group * geometry.weightBytes + place + k % unit] =
                            weights[row * depth + channel * layer.taps + tap]
                    }
                }
            }
            #expect(packed == expected, "groups of \(unit)")
        }
    }
}
