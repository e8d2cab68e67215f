// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import KernelInterface

// C names for the checks: a Swift import would compile the kernels again, with the checks' flags.

@c(check_qu8_qs8c_gemm_8x8c1__neon)
public func check_qu8_qs8c_gemm_8x8c1__neon(_ arguments: UnsafeRawPointer) {
    qu8_qs8c_gemm_8x8c1__neon(arguments.assumingMemoryBound(to: GemmArguments.self))
}

@c(check_qu8_qs8c_dwconv_c16__neon)
public func check_qu8_qs8c_dwconv_c16__neon(_ arguments: UnsafeRawPointer) {
    qu8_qs8c_dwconv_c16__neon(arguments.assumingMemoryBound(to: DepthwiseArguments.self))
}

@c(check_u8_maxpool_c16__neon)
public func check_u8_maxpool_c16__neon(_ arguments: UnsafeRawPointer) {
    u8_maxpool_c16__neon(arguments.assumingMemoryBound(to: PoolArguments.self))
}

@c(check_qu8_avgpool_c16__neon)
public func check_qu8_avgpool_c16__neon(_ arguments: UnsafeRawPointer) {
    qu8_avgpool_c16__neon(arguments.assumingMemoryBound(to: PoolArguments.self))
}

@c(check_qu8_vadd_c8__neon)
public func check_qu8_vadd_c8__neon(_ arguments: UnsafeRawPointer) {
    qu8_vadd_c8__neon(arguments.assumingMemoryBound(to: AddArguments.self))
}

@c(check_qu8_vmul_c8__neon)
public func check_qu8_vmul_c8__neon(_ arguments: UnsafeRawPointer) {
    qu8_vmul_c8__neon(arguments.assumingMemoryBound(to: MultiplyArguments.self))
}

@c(check_qu8_vaffine_c8__neon)
public func check_qu8_vaffine_c8__neon(_ arguments: UnsafeRawPointer) {
    qu8_vaffine_c8__neon(arguments.assumingMemoryBound(to: ChannelAffineArguments.self))
}

@c(check_x8_lut_c16__neon)
public func check_x8_lut_c16__neon(_ arguments: UnsafeRawPointer) {
    x8_lut_c16__neon(arguments.assumingMemoryBound(to: LookupArguments.self))
}
