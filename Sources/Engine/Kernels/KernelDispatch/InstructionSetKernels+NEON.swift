internal import KernelInterface

#if arch(arm64)
    internal import KernelsNEON
    internal import KernelsNEONDotProd
    internal import KernelsNEONI8MM

    extension InstructionSetKernels {
        /// 128-bit vectors: every arm64 processor.
        static let neon = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_8x8c1__neon",
                instructionSet: "neon",
                tileRows: 8,
                tileColumns: 8,
                depthGroup: 1,
                run: { qu8_qs8c_gemm_8x8c1__neon($0) }
            ),
            depthwise: Kernel(name: "qu8_qs8c_dwconv_c16__neon", instructionSet: "neon") {
                qu8_qs8c_dwconv_c16__neon($0)
            },
            maxPool: Kernel(name: "u8_maxpool_c16__neon", instructionSet: "neon") {
                u8_maxpool_c16__neon($0)
            },
            averagePool: Kernel(name: "qu8_avgpool_c16__neon", instructionSet: "neon") {
                qu8_avgpool_c16__neon($0)
            },
            add: Kernel(name: "qu8_vadd_c8__neon", instructionSet: "neon") {
                qu8_vadd_c8__neon($0)
            },
            multiply: Kernel(name: "qu8_vmul_c8__neon", instructionSet: "neon") {
                qu8_vmul_c8__neon($0)
            },
            channelAffine: Kernel(name: "qu8_vaffine_c8__neon", instructionSet: "neon") {
                qu8_vaffine_c8__neon($0)
            },
            lookup: Kernel(name: "x8_lut_c16__neon", instructionSet: "neon") {
                x8_lut_c16__neon($0)
            }
        )

        /// With `sdot`.
        static let neondotprod = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_8x8c4__neondotprod",
                instructionSet: "neondotprod",
                tileRows: 8,
                tileColumns: 8,
                depthGroup: 4,
                run: { qu8_qs8c_gemm_8x8c4__neondotprod($0) }
            )
        )

        /// With `usmmla`.
        static let neoni8mm = InstructionSetKernels(
            gemm: GemmKernel(
                name: "qu8_qs8c_gemm_8x8c8__neoni8mm",
                instructionSet: "neoni8mm",
                tileRows: 8,
                tileColumns: 8,
                depthGroup: 8,
                run: { qu8_qs8c_gemm_8x8c8__neoni8mm($0) }
            )
        )
    }
#endif
