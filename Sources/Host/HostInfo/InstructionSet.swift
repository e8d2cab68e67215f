/// An instruction set the engine has kernels for, named as users and reports name it.
public enum InstructionSet: String, CaseIterable, Sendable, Hashable {
    /// Plain Swift: runs on any processor.
    case portable
    /// x86-64 with AVX2.
    case avx2
    /// x86-64 with the 256-bit VEX-encoded dot product, AVX-VNNI.
    case avxvnni
    /// x86-64 with AVX-512 F, BW, VL, DQ and the 512-bit dot product, VNNI.
    case avx512vnni
    /// arm64 with Advanced SIMD.
    case neon
    /// arm64 with the dot product instructions of Armv8.2 (`sdot`, `udot`).
    case neondotprod
    /// arm64 with the int8 matrix multiplication of Armv8.6 (`smmla`, `usmmla`) and the dot product.
    case neoni8mm

    /// The processor architecture this set belongs to, or nil for the one that runs anywhere.
    public var architecture: Architecture? {
        switch self {
        case .portable: nil
        case .avx2, .avxvnni, .avx512vnni: .x86
        case .neon, .neondotprod, .neoni8mm: .arm64
        }
    }
}

/// From the most widely usable to the fastest. Sets of different architectures are ordered too, but never meet on one host.
extension InstructionSet: Comparable {
    /// Whether `left` comes before `right` in `allCases`, slowest first.
    public static func < (left: InstructionSet, right: InstructionSet) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .portable: 0
        case .avx2: 1
        case .avxvnni: 2
        case .avx512vnni: 3
        case .neon: 4
        case .neondotprod: 5
        case .neoni8mm: 6
        }
    }
}

/// A processor architecture edgeprof runs on.
public enum Architecture: String, CaseIterable, Sendable {
    /// 64-bit x86.
    case x86 = "x86_64"
    /// 64-bit Arm, `aarch64` to the kernel.
    case arm64

    /// The architecture this program was compiled for, or nil on one edgeprof has no name for.
    public static var current: Architecture? {
        #if arch(x86_64)
            .x86
        #elseif arch(arm64)
            .arm64
        #else
            nil
        #endif
    }
}
