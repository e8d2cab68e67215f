internal import KernelInterface
internal import KernelsPortable

extension InstructionSetKernels {
    /// Plain Swift: every family has one, so that each has a kernel on any processor.
    static let portable = InstructionSetKernels(
        gemm: GemmKernel(
            name: "qu8_qs8c_gemm_4x8c1__portable",
            instructionSet: "portable",
            tileRows: 4,
            tileColumns: 8,
            depthGroup: 1,
            run: { qu8_qs8c_gemm_4x8c1__portable($0) }
        ),
        depthwise: Kernel(name: "qu8_qs8c_dwconv_c4__portable", instructionSet: "portable") {
            qu8_qs8c_dwconv_c4__portable($0)
        },
        maxPool: Kernel(name: "u8_maxpool_c1__portable", instructionSet: "portable") {
            u8_maxpool_c1__portable($0)
        },
        averagePool: Kernel(name: "qu8_avgpool_c1__portable", instructionSet: "portable") {
            qu8_avgpool_c1__portable($0)
        },
        add: Kernel(name: "qu8_vadd_c1__portable", instructionSet: "portable") {
            qu8_vadd_c1__portable($0)
        },
        multiply: Kernel(name: "qu8_vmul_c1__portable", instructionSet: "portable") {
            qu8_vmul_c1__portable($0)
        },
        channelAffine: Kernel(name: "qu8_vaffine_c1__portable", instructionSet: "portable") {
            qu8_vaffine_c1__portable($0)
        },
        lookup: Kernel(name: "x8_lut_c1__portable", instructionSet: "portable") {
            x8_lut_c1__portable($0)
        }
    )
}
