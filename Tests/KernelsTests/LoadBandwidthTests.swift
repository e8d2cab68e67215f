import HostInfo
import KernelDispatch
import Testing

@Suite struct LoadBandwidthTests {
    @Test(arguments: KernelDispatch.usableInstructionSets().map(\.rawValue))
    func everyByteIsReadAndNoneBehind(_ isa: String) throws {
        let loop = try #require(LoadBandwidth.of(isa))
        let granule = LoadBandwidth.granuleBytes
        // A byte read behind them would be a fault.
        let buffer = try GuardedBuffer<UInt8>(count: 3 * granule)
        let sum = loop.run(UnsafeRawPointer(buffer.base), 3 * granule, 1)
        for index in 0..<buffer.count {
            buffer.base[index] ^= 1
            #expect(loop.run(UnsafeRawPointer(buffer.base), 3 * granule, 1) != sum, "byte \(index)")
            buffer.base[index] ^= 1
        }
        #expect(loop.run(UnsafeRawPointer(buffer.base), 3 * granule, 0) == 0)
    }

    @Test func everyInstructionSetHasItsLoops() {
        for isa in KernelDispatch.compiledInstructionSets.map(\.rawValue) {
            #expect(LoadBandwidth.of(isa) != nil, "\(isa)")
            #expect(MultiplyPeak.of(isa)?.instructionSet == isa)
        }
        #expect(LoadBandwidth.of("mmx") == nil && MultiplyPeak.of("mmx") == nil)
    }
}
