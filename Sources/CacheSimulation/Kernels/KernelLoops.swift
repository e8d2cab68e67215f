internal import HostInfo
internal import KernelInterface

/// How the kernels of one instruction set go through memory.
///
/// One line a kernel, beside docs/kernels.md: whoever changes a kernel's loops changes them here, and
/// scripts/check-locality.sh shows if the two have come apart.
struct KernelLoops: Sendable {
    let instructionSet: InstructionSet
    let gemm: GemmLoops
    let depthwise: DepthwiseLoops
    /// Nil where depthwise convolutions go by taps alone.
    var depthwiseLines: DepthwiseLineLoops?
    /// Channels pools take at once.
    let poolChannels: Int
    /// Channels channelAffine keeps in registers; 0 if it goes row by row.
    let affineChannels: Int
    /// Whether a look-up keeps its table in registers.
    var keepsTable = false

    /// Every instruction set's, on any host: nothing is computed, so nothing has to run here.
    static let all: [KernelLoops] = [
        KernelLoops(
            instructionSet: .portable,
            gemm: GemmLoops(
                name: "qu8_qs8c_gemm_4x8c1__portable",
                tileRows: 4,
                tileColumns: 8,
                depthGroup: 1,
                order: .rowsThenPanels
            ),
            // Sixteen times four channels, whose taps lie in the same few lines: touching these again changes nothing.
            depthwise: DepthwiseLoops(name: "qu8_qs8c_dwconv_c4__portable", channels: 64, weights: .inPlace),
            poolChannels: 1,
            affineChannels: 0
        ),
        KernelLoops(
            instructionSet: .avx2,
            gemm: GemmLoops(
                name: "qu8_qs8c_gemm_6x16c2__avx2",
                tileRows: 6,
                tileColumns: 16,
                depthGroup: 2,
                order: .widenedBlocks(bytes: 131_072)
            ),
            depthwise: DepthwiseLoops(
                name: "qu8_qs8c_dwconv_c32__avx2",
                channels: 32,
                weights: .prepared(bytes: 128, taps: 2)
            ),
            depthwiseLines: DepthwiseLineLoops(
                name: "qu8_qs8c_dwlines_c32__avx2",
                channels: 32,
                rowsAtOnce: 2,
                groupBytes: 128,
                weightBytes: 8 * 4 * 2 * 128,
                columnBytes: 16_384
            ),
            poolChannels: 32,
            affineChannels: 32
        ),
        KernelLoops(
            instructionSet: .avxvnni,
            gemm: GemmLoops(
                name: "qu8_qs8c_gemm_6x16c4__avxvnni",
                tileRows: 6,
                tileColumns: 16,
                depthGroup: 4,
                order: .chunks(bytes: 131_072)
            ),
            depthwise: DepthwiseLoops(
                name: "qu8_qs8c_dwconv_c32__avxvnni",
                channels: 32,
                weights: .prepared(bytes: 128, taps: 4)
            ),
            depthwiseLines: DepthwiseLineLoops(
                name: "qu8_qs8c_dwlines_c32__avxvnni",
                channels: 32,
                rowsAtOnce: 4,
                groupBytes: 128,
                weightBytes: 8 * 4 * 2 * 128,
                columnBytes: 16_384
            ),
            poolChannels: 32,
            affineChannels: 32
        ),
        KernelLoops(
            instructionSet: .avx512vnni,
            gemm: GemmLoops(
                name: "qu8_qs8c_gemm_7x32c4__avx512vnni",
                tileRows: 7,
                tileColumns: 32,
                depthGroup: 4,
                order: .chunks(bytes: 262_144),
                choosesPath: true
            ),
            depthwise: DepthwiseLoops(
                name: "qu8_qs8c_dwconv_c64__avx512vnni",
                channels: 64,
                weights: .prepared(bytes: 256, taps: 4),
                pairsPixels: true
            ),
            depthwiseLines: DepthwiseLineLoops(
                name: "qu8_qs8c_dwlines_c64__avx512vnni",
                channels: 64,
                rowsAtOnce: 4,
                groupBytes: 256,
                weightBytes: 8 * 2 * 2 * 256,
                columnBytes: 24_576,
                pairsHalves: true
            ),
            poolChannels: 64,
            affineChannels: 64,
            keepsTable: true
        ),
        arm(.neon, "qu8_qs8c_gemm_8x8c1__neon", depthGroup: 1, sumsPanels: false),
        arm(.neondotprod, "qu8_qs8c_gemm_8x8c4__neondotprod", depthGroup: 4, sumsPanels: true),
        arm(.neoni8mm, "qu8_qs8c_gemm_8x8c8__neoni8mm", depthGroup: 8, sumsPanels: false),
    ]

    /// On arm64 the products differ and all else is shared.
    private static func arm(
        _ instructionSet: InstructionSet,
        _ gemm: String,
        depthGroup: Int,
        sumsPanels: Bool
    ) -> KernelLoops {
        KernelLoops(
            instructionSet: instructionSet,
            gemm: GemmLoops(
                name: gemm,
                tileRows: 8,
                tileColumns: 8,
                depthGroup: depthGroup,
                order: .chunks(bytes: 131_072),
                sumsPanels: sumsPanels
            ),
            depthwise: DepthwiseLoops(
                name: "qu8_qs8c_dwconv_c16__neon",
                channels: 16,
                weights: .prepared(bytes: 32, taps: 1)
            ),
            poolChannels: 16,
            affineChannels: 8
        )
    }

    /// Kernels that record what they would touch and compute nothing.
    func kernels(recording recorder: AccessRecorder) -> KernelSet {
        let name = instructionSet.rawValue
        let (gemm, depthwise, pool) = (gemm, depthwise, PoolLoops(channels: poolChannels))
        let (affineChannels, keepsTable) = (affineChannels, keepsTable)
        return KernelSet(
            instructionSet: name,
            gemm: GemmKernel(
                name: gemm.name,
                instructionSet: name,
                tileRows: gemm.tileRows,
                tileColumns: gemm.tileColumns,
                depthGroup: gemm.depthGroup,
                run: { gemm.touch($0.pointee, recorder) }
            ),
            depthwise: Kernel(name: depthwise.name, instructionSet: name) { depthwise.touch($0.pointee, recorder) },
            depthwiseLines: depthwiseLines.map { lines in
                Kernel(name: lines.name, instructionSet: name) { lines.touch($0.pointee, recorder) }
            },
            maxPool: Kernel(name: "maxPool", instructionSet: name) { pool.touch($0.pointee, recorder) },
            averagePool: Kernel(name: "averagePool", instructionSet: name) { pool.touch($0.pointee, recorder) },
            add: Kernel(name: "add", instructionSet: name) { ElementwiseLoops.touch($0.pointee, recorder) },
            multiply: Kernel(name: "multiply", instructionSet: name) { ElementwiseLoops.touch($0.pointee, recorder) },
            channelAffine: Kernel(name: "channelAffine", instructionSet: name) {
                ElementwiseLoops.touch($0.pointee, channels: affineChannels, recorder)
            },
            lookup: Kernel(name: "lookup", instructionSet: name) {
                ElementwiseLoops.touch($0.pointee, keepsTable: keepsTable, recorder)
            },
            observer: AccessObserver(begin: { recorder.begin($0) }, touch: { recorder.touch($0, $1) })
        )
    }
}
