import HostInfo
import KernelDispatch
import KernelInterface
import Testing

@Suite struct DispatchTests {
    private let nothingAsked: String? = nil
    private let onlyPortable = InstructionSets([])

    /// What a processor with every x86-64 instruction set edgeprof knows offers.
    private let fullX86 = InstructionSets([.avx2, .avxvnni, .avx512vnni])

    private func rejection(_ body: () throws -> Void) -> KernelSelectionError? {
        do {
            try body()
            return nil
        } catch {
            return error as? KernelSelectionError
        }
    }

    @Test func detectionPicksTheBestThatIsCompiledIn() throws {
        let plain = try KernelDispatch.select(environment: nothingAsked, detected: onlyPortable)
        #expect(plain.origin == .detected)
        #expect(plain.instructionSet == "portable")
        #expect(plain.kernels.gemm.name == "qu8_qs8c_gemm_4x8c1__portable")
        let full = try KernelDispatch.select(environment: nothingAsked, detected: fullX86)
        #if arch(x86_64)
            #expect(full.instructionSet == "avx512vnni")
            #expect(full.kernels.gemm.instructionSet == "avx512vnni")
        #else
            #expect(full.instructionSet == "portable")
        #endif
    }

    /// The order of the say: forced, then environment, then detection; each named in the reason.
    @Test func forcedComesBeforeTheEnvironment() throws {
        let forced = try KernelDispatch.select(cap: "portable", environment: "nonsense", detected: fullX86)
        #expect(forced.origin == .forced)
        #expect(forced.reason.contains("asked for"))
        let environment = try KernelDispatch.select(environment: "portable", detected: fullX86)
        #expect(environment.origin == .environment)
        #expect(environment.reason.contains("EDGEPROF_ISA"))
        #expect(environment.instructionSet == "portable")
        let empty = try KernelDispatch.select(environment: "", detected: fullX86)
        #expect(empty.origin == .detected)
    }

    @Test func aLimitHoldsForEveryFamily() throws {
        for limit in InstructionSet.allCases {
            guard let detected = [fullX86, onlyPortable].first(where: { $0.contains(limit) }),
                limit == .portable || limit.architecture == .current
            else { continue }
            let kernels = try KernelDispatch.select(cap: limit.rawValue, detected: detected).kernels
            let used = [
                kernels.gemm.instructionSet, kernels.depthwise.instructionSet, kernels.maxPool.instructionSet,
                kernels.averagePool.instructionSet, kernels.add.instructionSet, kernels.channelAffine.instructionSet,
                kernels.lookup.instructionSet, kernels.multiply.instructionSet,
                kernels.depthwiseLines?.instructionSet,
            ]
            for name in used.compactMap(\.self) {
                let instructionSet = try #require(InstructionSet(rawValue: name))
                #expect(instructionSet <= limit)
            }
        }
    }

    #if arch(x86_64)
        /// A family that a limit has no kernel of its own for uses the next lower one's.
        @Test func aFamilyWithoutAKernelFallsToTheNextLower() throws {
            let selection = try KernelDispatch.select(cap: "avxvnni", detected: fullX86)
            #expect(selection.instructionSet == "avxvnni")
            #expect(selection.kernels.maxPool.instructionSet == "avx2")
            #expect(selection.reason == "avxvnni was asked for")
        }
    #endif

    @Test func unknownNamesAreRefusedInOneLine() {
        for name in ["", "AVX2", "avx3", "avx2 ", "portable\n", "neon\u{0}"] {
            let error = rejection { _ = try KernelDispatch.select(cap: name, environment: nil, detected: fullX86) }
            #expect(error?.code == .unknown, "\(name)")
            #expect(error?.description.contains("\n") == false)
            #expect(error?.description.contains("usable here: avx512vnni, avxvnni, avx2, portable") == true)
        }
        let error = rejection { _ = try KernelDispatch.select(environment: "sse9", detected: onlyPortable) }
        #expect(error?.description == "unknown instruction set EDGEPROF_ISA=\"sse9\"; usable here: portable")
    }

    @Test func unusableNamesAreRefusedWithTheReason() {
        let error = rejection { _ = try KernelDispatch.select(cap: "avx512vnni", detected: InstructionSets([.avx2])) }
        #expect(error?.code == .unusable)
        #expect(error?.description.hasPrefix("cannot use instruction set \"avx512vnni\": ") == true)
        #expect(error?.description.hasSuffix("; usable here: avx2, portable") == true)
        let foreign = rejection { _ = try KernelDispatch.report(cap: "neon", detected: onlyPortable) }
        #expect(foreign?.code == .unusable)
    }

    @Test func theReportSaysWhyAKernelIsNotUsed() throws {
        let report = try KernelDispatch.report(cap: "portable", detected: fullX86)
        #expect(report.selected == "portable")
        #expect(report.kernels.count { $0.selected } == 8)
        for kernel in report.kernels {
            #expect(kernel.usable == (kernel.instructionSet == "portable"))
            #expect(kernel.usable == (kernel.reason == nil))
        }
        let old = try KernelDispatch.report(environment: nil, detected: onlyPortable)
        for kernel in old.kernels where kernel.instructionSet != "portable" {
            #expect(!kernel.usable)
            #expect(kernel.reason?.isEmpty == false)
        }
        // Lines have no portable kernel: without one, depthwise convolutions go by taps.
        let families = Set(report.kernels.map(\.family))
        #expect(families.subtracting(["depthwiseLines"]).count == 8)
    }

    @Test func usableInstructionSetsEndWithPortable() {
        #expect(KernelDispatch.usableInstructionSets(detected: onlyPortable) == [.portable])
        #expect(KernelDispatch.usableInstructionSets(detected: fullX86).last == .portable)
        #expect(KernelDispatch.usableInstructionSets() == KernelDispatch.usableInstructionSets().sorted(by: >))
    }
}
