// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

// The kernels, by their C names: see Exports/.

@_extern(c, "check_qu8_qs8c_gemm_8x8c1__neon")
func qu8_qs8c_gemm_8x8c1__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_qs8c_dwconv_c16__neon")
func qu8_qs8c_dwconv_c16__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_u8_maxpool_c16__neon")
func u8_maxpool_c16__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_avgpool_c16__neon")
func qu8_avgpool_c16__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_vadd_c8__neon")
func qu8_vadd_c8__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_vmul_c8__neon")
func qu8_vmul_c8__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_vaffine_c8__neon")
func qu8_vaffine_c8__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_x8_lut_c16__neon")
func x8_lut_c16__neon(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_qs8c_gemm_8x8c4__neondotprod")
func qu8_qs8c_gemm_8x8c4__neondotprod(_ arguments: UnsafeRawPointer)

@_extern(c, "check_qu8_qs8c_gemm_8x8c8__neoni8mm")
func qu8_qs8c_gemm_8x8c8__neoni8mm(_ arguments: UnsafeRawPointer)
