// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import KernelInterface

// C names for the checks: a Swift import would compile the kernels again, with the checks' flags.

@c(check_qu8_qs8c_gemm_8x8c8__neoni8mm)
public func check_qu8_qs8c_gemm_8x8c8__neoni8mm(_ arguments: UnsafeRawPointer) {
    qu8_qs8c_gemm_8x8c8__neoni8mm(arguments.assumingMemoryBound(to: GemmArguments.self))
}
