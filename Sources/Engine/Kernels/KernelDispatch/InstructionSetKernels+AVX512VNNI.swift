internal import KernelInterface

#if arch(x86_64)
    internal import KernelsAVX512VNNI

    extension InstructionSetKernels {
        /// 512-bit vectors and the dot product.
        static let avx512vnni = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_7x32c4__avx512vnni",
                instructionSet: "avx512vnni",
                tileRows: 7,
                tileColumns: 32,
                depthGroup: 4,
                run: { qu8_qs8c_gemm_7x32c4__avx512vnni($0) }
            ),
            depthwise: Kernel(name: "qu8_qs8c_dwconv_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_qs8c_dwconv_c64__avx512vnni($0)
            },
            depthwiseLines: Kernel(name: "qu8_qs8c_dwlines_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_qs8c_dwlines_c64__avx512vnni($0)
            },
            maxPool: Kernel(name: "u8_maxpool_c64__avx512vnni", instructionSet: "avx512vnni") {
                u8_maxpool_c64__avx512vnni($0)
            },
            averagePool: Kernel(name: "qu8_avgpool_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_avgpool_c64__avx512vnni($0)
            },
            add: Kernel(name: "qu8_vadd_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_vadd_c64__avx512vnni($0)
            },
            multiply: Kernel(name: "qu8_vmul_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_vmul_c64__avx512vnni($0)
            },
            channelAffine: Kernel(name: "qu8_vaffine_c64__avx512vnni", instructionSet: "avx512vnni") {
                qu8_vaffine_c64__avx512vnni($0)
            },
            lookup: Kernel(name: "x8_lut_c64__avx512vnni", instructionSet: "avx512vnni") {
                x8_lut_c64__avx512vnni($0)
            }
        )
    }
#endif
