import HostInfo
import KernelDispatch
import KernelInterface
import Testing

@testable import CacheSimulation

@Suite struct KernelLoopsTests {
    /// A kernel without a description, or with another tile or packing than described, would be simulated wrongly.
    @Test func everyCompiledProductIsDescribedAsItIs() throws {
        for kernel in KernelTable.gemm {
            let loops = try #require(KernelLoops.all.first { $0.instructionSet.rawValue == kernel.instructionSet })
            #expect(loops.gemm.name == kernel.name)
            #expect(loops.gemm.tileRows == kernel.tileRows)
            #expect(loops.gemm.tileColumns == kernel.tileColumns)
            #expect(loops.gemm.depthGroup == kernel.depthGroup)
        }
    }

    @Test func everyCompiledDepthwiseKernelIsDescribed() throws {
        for loops in KernelLoops.all where loops.instructionSet.architecture == .current {
            let best = try KernelTable.depthwise.first {
                try #require(InstructionSet(rawValue: $0.instructionSet)) <= loops.instructionSet
            }
            #expect(loops.depthwise.name == best?.name)
        }
    }

    @Test func everyInstructionSetIsDescribedOnce() {
        #expect(KernelLoops.all.map(\.instructionSet) == InstructionSet.allCases)
    }
}
