import Glibc
import HostInfo
import PerfCounters
import Testing

@testable import MeasurementCore

/// What is counted in each step, of the kernel's own events, which every host has.
@Suite struct StepCountersTests {
    private func touch(pages: Int) {
        let size = pages * 4096
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return }
        madvise(memory, size, MADV_NOHUGEPAGE)
        for page in 0..<pages { memory.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self) }
        munmap(memory, size)
    }

    @Test func eachStepHasItsOwnCount() throws {
        guard CounterSession(requested: [.pageFaults]).availabilities.allSatisfy(\.isOK) else { return }
        let counters = try #require(StepCounters([.pageFaults], steps: 3))
        for _ in 0..<3 {
            counters.begin()
            touch(pages: 100)
            counters.stepEnded(0)
            counters.stepEnded(1)
            touch(pages: 1000)
            counters.stepEnded(2)
            touch(pages: 5000)
            counters.end()
        }
        let medians = (0..<3).map { counters.medians(of: $0).map(\.count) }
        #expect(medians.allSatisfy { $0.count == 1 })
        #expect(try (100..<200).contains(#require(medians[0].first)))
        #expect(try #require(medians[1].first) < 50)
        #expect(try (1000..<1100).contains(#require(medians[2].first)))
        #expect(counters.medians(of: 0).map(\.name) == ["page-faults"])
    }

    @Test func withoutCountersThereIsNothingToListenTo() {
        #expect(StepCounters([], steps: 3) == nil)
        let hardware = CounterSession(requested: [.cycles]).availabilities[0].isOK
        #expect((StepCounters([.cycles], steps: 3) != nil) == hardware)
    }
}
