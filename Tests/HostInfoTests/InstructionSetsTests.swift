import Glibc
import Testing

@testable import HostInfo

/// Words of real processors' CPUID, reduced to the bits that decide.
private enum Sample {
    static let osxsaveAndAVX: UInt32 = 3 << 27
    static let avx2: UInt32 = 1 << 5
    static let avx512: UInt32 = 1 << 16 | 1 << 17 | 1 << 30 | 1 << 31
    static let vnni: UInt32 = 1 << 11
    static let ymm: UInt64 = 0b111
    static let zmm: UInt64 = 0b1110_0111

    static let iceLake = X86Features(leaf1ECX: osxsaveAndAVX, leaf7EBX: avx2 | avx512, leaf7ECX: vnni, xcr0: zmm)
    static let haswell = X86Features(leaf1ECX: osxsaveAndAVX, leaf7EBX: avx2, xcr0: ymm)
    static let alderLake = X86Features(
        leaf1ECX: osxsaveAndAVX,
        leaf7EBX: avx2,
        leaf7Subleaf1EAX: 1 << 4,
        xcr0: ymm
    )
}

@Suite struct InstructionSetsTests {
    @Test func namesAreTheDocumentedOnes() {
        #expect(
            InstructionSet.allCases.map(\.rawValue) == [
                "portable", "avx2", "avxvnni", "avx512vnni", "neon", "neondotprod", "neoni8mm",
            ]
        )
        #expect(InstructionSet.allCases.sorted() == InstructionSet.allCases)
    }

    @Test func processorsByGeneration() {
        #expect(InstructionSets(X86Features()).bestFirst == [.portable])
        #expect(InstructionSets(Sample.haswell).bestFirst == [.avx2, .portable])
        #expect(InstructionSets(Sample.alderLake).bestFirst == [.avxvnni, .avx2, .portable])
        #expect(InstructionSets(Sample.iceLake).bestFirst == [.avx512vnni, .avx2, .portable])
    }

    @Test func operatingSystemMustSaveTheRegisters() {
        var noZMM = Sample.iceLake
        noZMM.xcr0 = Sample.ymm
        #expect(InstructionSets(noZMM).best == .avx2)
        var noOpmask = Sample.iceLake
        noOpmask.xcr0 = Sample.zmm & ~(1 << 5)
        #expect(InstructionSets(noOpmask).best == .avx2)
        var noYMM = Sample.iceLake
        noYMM.xcr0 = 0b011
        #expect(InstructionSets(noYMM).best == .portable)
        var noXSAVE = Sample.iceLake
        noXSAVE.leaf1ECX = 1 << 28
        #expect(InstructionSets(noXSAVE).best == .portable)
    }

    @Test func everyAVX512PartIsNeeded() {
        for bit: UInt32 in [16, 17, 30, 31] {
            var features = Sample.iceLake
            features.leaf7EBX &= ~(1 << bit)
            #expect(!InstructionSets(features).contains(.avx512vnni), "bit \(bit)")
        }
        // Skylake-X: AVX-512 without VNNI.
        var skylake = Sample.iceLake
        skylake.leaf7ECX = 0
        #expect(InstructionSets(skylake).best == .avx2)
    }

    @Test func arm64ProcessorsByGeneration() {
        let asimd: UInt64 = 1 << 1
        let dotProduct: UInt64 = 1 << 20
        let i8mm: UInt64 = 1 << 13
        func sets(_ first: UInt64, _ second: UInt64) -> [InstructionSet] {
            InstructionSets(Arm64Features(hardwareCapabilities: first, hardwareCapabilities2: second)).bestFirst
        }
        #expect(sets(asimd, 0) == [.neon, .portable])
        #expect(sets(asimd | dotProduct, 0) == [.neondotprod, .neon, .portable])
        #expect(sets(asimd | dotProduct, i8mm) == [.neoni8mm, .neondotprod, .neon, .portable])
        #expect(sets(asimd, i8mm) == [.neon, .portable])
        #expect(sets(0, i8mm) == [.portable])
    }

    @Test func aCeilingKeepsWhatIsBelowIt() {
        let sets = InstructionSets([.avx2, .avxvnni, .avx512vnni])
        #expect(sets.limited(to: .avx2).bestFirst == [.avx2, .portable])
        #expect(sets.limited(to: .portable).best == .portable)
        #expect(sets.limited(to: .avx512vnni) == sets)
    }

    @Test func theReasonSaysWhichOfTwoThingsIsMissing() {
        let sets = InstructionSets([.avx2])
        #expect(sets.reasonUnusable(.avx2, on: .x86) == nil)
        #expect(sets.reasonUnusable(.neon, on: .x86)?.contains("arm64") == true)
        #expect(sets.reasonUnusable(.avx512vnni, on: .x86)?.contains("avx512vnni") == true)
    }

    /// The kernel reads the same CPUID and hides what it does not save: two independent readers must agree.
    @Test func detectionAgreesWithTheKernel() throws {
        let detected = InstructionSets.detected
        #expect(detected.contains(.portable))
        let flags = Set(try cpuFlags())
        #if arch(x86_64)
            #expect(detected.contains(.avx2) == flags.contains("avx2"))
            #expect(detected.contains(.avxvnni) == flags.isSuperset(of: ["avx2", "avx_vnni"]))
            #expect(
                detected.contains(.avx512vnni)
                    == flags.isSuperset(of: ["avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_vnni"])
            )
        #elseif arch(arm64)
            #expect(detected.contains(.neon) == flags.contains("asimd"))
            #expect(detected.contains(.neondotprod) == flags.isSuperset(of: ["asimd", "asimddp"]))
            #expect(detected.contains(.neoni8mm) == flags.isSuperset(of: ["asimd", "asimddp", "i8mm"]))
        #endif
    }

    private func cpuFlags() throws -> [String] {
        let file = try #require(fopen("/proc/cpuinfo", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 8192)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            if text.hasPrefix("flags") || text.hasPrefix("Features") {
                return text.drop { $0 != ":" }.dropFirst().split { $0 == " " || $0 == "\n" }.map(String.init)
            }
        }
        return []
    }
}
