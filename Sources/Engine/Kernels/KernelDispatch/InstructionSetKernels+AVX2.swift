internal import KernelInterface

#if arch(x86_64)
    internal import KernelsAVX2

    extension InstructionSetKernels {
        /// 256-bit vectors.
        static let avx2 = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_6x16c2__avx2",
                instructionSet: "avx2",
                tileRows: 6,
                tileColumns: 16,
                depthGroup: 2,
                run: { qu8_qs8c_gemm_6x16c2__avx2($0) }
            ),
            depthwise: Kernel(name: "qu8_qs8c_dwconv_c32__avx2", instructionSet: "avx2") {
                qu8_qs8c_dwconv_c32__avx2($0)
            },
            depthwiseLines: Kernel(name: "qu8_qs8c_dwlines_c32__avx2", instructionSet: "avx2") {
                qu8_qs8c_dwlines_c32__avx2($0)
            },
            maxPool: Kernel(name: "u8_maxpool_c32__avx2", instructionSet: "avx2") {
                u8_maxpool_c32__avx2($0)
            },
            averagePool: Kernel(name: "qu8_avgpool_c32__avx2", instructionSet: "avx2") {
                qu8_avgpool_c32__avx2($0)
            },
            add: Kernel(name: "qu8_vadd_c32__avx2", instructionSet: "avx2") {
                qu8_vadd_c32__avx2($0)
            },
            multiply: Kernel(name: "qu8_vmul_c32__avx2", instructionSet: "avx2") {
                qu8_vmul_c32__avx2($0)
            },
            channelAffine: Kernel(name: "qu8_vaffine_c32__avx2", instructionSet: "avx2") {
                qu8_vaffine_c32__avx2($0)
            }
        )
    }
#endif
