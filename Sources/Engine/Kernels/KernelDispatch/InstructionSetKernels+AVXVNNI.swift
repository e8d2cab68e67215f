internal import KernelInterface

#if arch(x86_64)
    internal import KernelsAVXVNNI

    extension InstructionSetKernels {
        /// 256-bit vectors with `vpdpbusd`.
        static let avxvnni = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_6x16c4__avxvnni",
                instructionSet: "avxvnni",
                tileRows: 6,
                tileColumns: 16,
                depthGroup: 4,
                run: { qu8_qs8c_gemm_6x16c4__avxvnni($0) }
            ),
            depthwise: Kernel(name: "qu8_qs8c_dwconv_c32__avxvnni", instructionSet: "avxvnni") {
                qu8_qs8c_dwconv_c32__avxvnni($0)
            },
            depthwiseLines: Kernel(name: "qu8_qs8c_dwlines_c32__avxvnni", instructionSet: "avxvnni") {
                qu8_qs8c_dwlines_c32__avxvnni($0)
            },
            averagePool: Kernel(name: "qu8_avgpool_c32__avxvnni", instructionSet: "avxvnni") {
                qu8_avgpool_c32__avxvnni($0)
            }
        )
    }
#endif
