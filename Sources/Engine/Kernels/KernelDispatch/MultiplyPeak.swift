#if arch(x86_64)
    internal import KernelsAVX2
    internal import KernelsAVX512VNNI
    internal import KernelsAVXVNNI
#elseif arch(arm64)
    internal import KernelsNEON
    internal import KernelsNEONDotProd
    internal import KernelsNEONI8MM
#endif

/// The most multiply-accumulates an instruction set allows: a loop of its multiply instruction on registers alone.
///
/// A kernel's speed is judged by its share of this, measured on the same core in the same minute.
public struct MultiplyPeak: Sendable {
    /// The instruction set, in `HostInfo`'s spelling.
    public var instructionSet: String
    /// What the loop is made of.
    public var instruction: String
    /// Multiply-accumulates of one iteration.
    public var macsPerIteration: Int
    /// Runs that many iterations; the result only keeps the loop alive.
    public var run: @Sendable (Int) -> Int32

    /// The loops compiled in, best first.
    public static let all: [MultiplyPeak] = {
        #if arch(x86_64)
            [
                MultiplyPeak(instructionSet: "avx512vnni", instruction: "vpdpbusd zmm", macsPerIteration: 24 * 64) {
                    vpdpbusd_peak__avx512vnni($0)
                },
                MultiplyPeak(instructionSet: "avxvnni", instruction: "vpdpbusd ymm", macsPerIteration: 12 * 32) {
                    vpdpbusd_peak__avxvnni($0)
                },
                MultiplyPeak(instructionSet: "avx2", instruction: "vpmaddwd + vpaddd ymm", macsPerIteration: 12 * 16) {
                    vpmaddwd_peak__avx2($0)
                },
            ]
        #elseif arch(arm64)
            [
                MultiplyPeak(instructionSet: "neoni8mm", instruction: "usmmla", macsPerIteration: 16 * 32) {
                    usmmla_peak__neoni8mm($0)
                },
                MultiplyPeak(instructionSet: "neondotprod", instruction: "sdot", macsPerIteration: 16 * 16) {
                    sdot_peak__neondotprod($0)
                },
                MultiplyPeak(instructionSet: "neon", instruction: "smlal", macsPerIteration: 16 * 4) {
                    smlal_peak__neon($0)
                },
            ]
        #else
            []
        #endif
    }()
}
