import HostInfo
import KernelDispatch
import KernelInterface
import Testing

/// What the sweeps run over: every compiled kernel of a family that this processor can execute.
enum KernelCoverage {
    static func usable<Arguments>(_ kernels: [Kernel<Arguments>]) -> [Kernel<Arguments>] {
        kernels.filter { canRun($0.instructionSet) }
    }

    static var gemm: [GemmKernel] { KernelTable.gemm.filter { canRun($0.instructionSet) } }

    private static func canRun(_ name: String) -> Bool {
        InstructionSet(rawValue: name).map(InstructionSets.detected.contains) ?? false
    }
}

@Suite struct KernelCoverageTests {
    /// Says which instruction sets the other tests cover on this processor, and why the rest are skipped.
    @Test func coverageIsSaid() throws {
        let report = try KernelDispatch.report(environment: nil)
        var sets: [String] = []
        for kernel in report.kernels where !sets.contains(kernel.instructionSet) { sets.append(kernel.instructionSet) }
        for name in sets {
            let kernels = report.kernels.filter { $0.instructionSet == name }
            if let reason = kernels.first?.reason {
                print("kernels: skipped \(name) (\(kernels.count) kernels): \(reason)")
            } else {
                print("kernels: covered \(name) (\(kernels.count) kernels)")
            }
        }
        #expect(sets.contains("portable"))
        let covered = Set(KernelCoverage.gemm.map(\.instructionSet))
        #expect(covered == Set(KernelDispatch.usableInstructionSets().map(\.rawValue)))
    }

    /// Names must be unique and tell their instruction set: reports and tests go by them.
    @Test func namesTellTheInstructionSet() throws {
        let kernels = try KernelDispatch.report(environment: nil).kernels
        for kernel in kernels {
            #expect(kernel.name.hasSuffix("__" + kernel.instructionSet))
            #expect(InstructionSet(rawValue: kernel.instructionSet) != nil)
        }
        #expect(Set(kernels.map(\.name)).count == kernels.count)
    }
}
