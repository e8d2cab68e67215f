internal import CHostInfo

extension InstructionSets {
    /// What this processor and operating system offer, asked once.
    public static let detected: InstructionSets = {
        #if arch(x86_64)
            InstructionSets(X86Features.current)
        #elseif arch(arm64)
            InstructionSets(
                Arm64Features(hardwareCapabilities: edgeprof_hwcap(), hardwareCapabilities2: edgeprof_hwcap2())
            )
        #else
            InstructionSets([])
        #endif
    }()

    /// What an x86-64 processor with these features offers.
    init(_ features: X86Features) {
        var members: Set<InstructionSet> = []
        if features.hasAVX2 { members.insert(.avx2) }
        if features.hasAVXVNNI { members.insert(.avxvnni) }
        if features.hasAVX512VNNI { members.insert(.avx512vnni) }
        self.init(members)
    }

    /// What an arm64 processor with these features offers.
    init(_ features: Arm64Features) {
        var members: Set<InstructionSet> = []
        if features.hasAdvancedSIMD { members.insert(.neon) }
        if features.hasDotProduct { members.insert(.neondotprod) }
        if features.hasInt8MatrixMultiply { members.insert(.neoni8mm) }
        self.init(members)
    }
}

/// The CPUID and XCR0 words that decide which x86-64 kernels may run.
///
/// Bits as in Intel's Software Developer's Manual, volume 2A, CPUID, and volume 1, 14.3 (detecting AVX) and 15.2 (AVX-512):
/// a feature counts only if the operating system saves the registers it uses, or its first instruction traps.
struct X86Features: Equatable {
    /// CPUID.1:ECX.
    var leaf1ECX: UInt32 = 0
    /// CPUID.(7,0):EBX.
    var leaf7EBX: UInt32 = 0
    /// CPUID.(7,0):ECX.
    var leaf7ECX: UInt32 = 0
    /// CPUID.(7,1):EAX.
    var leaf7Subleaf1EAX: UInt32 = 0
    /// Extended control register 0; zero where the operating system does not use XSAVE.
    var xcr0: UInt64 = 0

    /// XCR0 bits 1 and 2: XMM and the upper halves of YMM are saved.
    private var savesYMM: Bool { xcr0 & 0b110 == 0b110 }
    /// XCR0 bits 5 to 7 as well: opmasks, upper halves of ZMM0-15, ZMM16-31.
    private var savesZMM: Bool { savesYMM && xcr0 & 0b1110_0000 == 0b1110_0000 }
    /// OSXSAVE (bit 27) and AVX (bit 28).
    private var hasAVX: Bool { leaf1ECX & (3 << 27) == 3 << 27 && savesYMM }

    var hasAVX2: Bool { hasAVX && leaf7EBX & (1 << 5) != 0 }
    var hasAVXVNNI: Bool { hasAVX2 && leaf7Subleaf1EAX & (1 << 4) != 0 }

    /// F (bit 16), DQ (17), BW (30), VL (31), and VNNI (ECX bit 11): all the kernels are compiled with.
    var hasAVX512VNNI: Bool {
        let needed: UInt32 = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31
        return hasAVX2 && savesZMM && leaf7EBX & needed == needed && leaf7ECX & (1 << 11) != 0
    }

    #if arch(x86_64)
        /// This processor's words.
        static var current: X86Features {
            let leaf7 = edgeprof_cpuid(7, 0)
            var features = X86Features(
                leaf1ECX: edgeprof_cpuid(1, 0).ecx,
                leaf7EBX: leaf7.ebx,
                leaf7ECX: leaf7.ecx,
                // EAX of subleaf 0 is the highest subleaf: asked beyond it, a processor may answer anything.
                leaf7Subleaf1EAX: leaf7.eax >= 1 ? edgeprof_cpuid(7, 1).eax : 0
            )
            // XGETBV is an illegal instruction unless OSXSAVE is set.
            if features.leaf1ECX & (1 << 27) != 0 { features.xcr0 = edgeprof_xgetbv0() }
            return features
        }
    #endif
}

/// The auxiliary vector's words that decide which arm64 kernels may run.
///
/// Bits as in Linux's `arch/arm64/include/uapi/asm/hwcap.h`.
struct Arm64Features: Equatable {
    /// AT_HWCAP.
    var hardwareCapabilities: UInt64
    /// AT_HWCAP2.
    var hardwareCapabilities2: UInt64

    /// HWCAP_ASIMD.
    var hasAdvancedSIMD: Bool { hardwareCapabilities & (1 << 1) != 0 }
    /// HWCAP_ASIMDDP.
    var hasDotProduct: Bool { hasAdvancedSIMD && hardwareCapabilities & (1 << 20) != 0 }
    /// HWCAP2_I8MM; its kernels use the dot product for what the matrix instruction leaves over.
    var hasInt8MatrixMultiply: Bool { hasDotProduct && hardwareCapabilities2 & (1 << 13) != 0 }
}
