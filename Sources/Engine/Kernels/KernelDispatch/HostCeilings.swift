internal import KernelsPortable

#if arch(x86_64)
    internal import KernelsAVX2
    internal import KernelsAVX512VNNI
#elseif arch(arm64)
    internal import KernelsNEON
#endif

extension MultiplyPeak {
    /// What stands for the peak of plain Swift: 16-bit multiplications in the baseline's vectors.
    public static let portable = MultiplyPeak(
        instructionSet: "portable",
        instruction: "16-bit multiply and add",
        macsPerIteration: 12 * 8
    ) { mul_peak__portable($0) }

    /// The loop kernels of an instruction set are judged by; nil for one without kernels here.
    public static func of(_ instructionSet: String) -> MultiplyPeak? {
        (all + [portable]).first { $0.instructionSet == instructionSet }
    }
}

/// The most bytes an instruction set can take in: a loop of its vector loads.
public struct LoadBandwidth: Sendable {
    /// Bytes to be read are a multiple of it, on a cache line's boundary.
    public static let granuleBytes = 512

    /// What the loop is made of.
    public var instruction: String
    /// Reads so many bytes so often; the result only keeps the loop alive.
    public var run: @Sendable (UnsafeRawPointer, _ bytes: Int, _ passes: Int) -> Int32

    /// The loop with the widest loads kernels of an instruction set may use.
    public static func of(_ instructionSet: String) -> LoadBandwidth? {
        switch instructionSet {
        case "portable": LoadBandwidth(instruction: "128-bit load") { load_bandwidth__portable($0, $1, $2) }
        #if arch(x86_64)
            case "avx512vnni": LoadBandwidth(instruction: "zmm load") { load_bandwidth__avx512vnni($0, $1, $2) }
            case "avxvnni", "avx2": LoadBandwidth(instruction: "ymm load") { load_bandwidth__avx2($0, $1, $2) }
        #elseif arch(arm64)
            case "neoni8mm", "neondotprod", "neon":
                LoadBandwidth(instruction: "ld1 128-bit") { load_bandwidth__neon($0, $1, $2) }
        #endif
        default: nil
        }
    }
}
