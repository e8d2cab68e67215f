import CAllocationCounter
import Glibc
import HostInfo
import HostTestSupport
import Synchronization
import Testing

@testable import PerfCounters

/// The kernel's own counters on this machine; hardware ones where it has them.
@Suite(.serialized) struct RealCountersTests {
    private func measure(_ counters: [Counter], _ body: () -> Void) -> [Counter: CounterReading] {
        let session = CounterSession(requested: counters)
        session.start()
        body()
        session.stop()
        return Dictionary(uniqueKeysWithValues: session.read().map { ($0.counter, $0) })
    }

    /// Touches `pages` pages no one has touched.
    private func touch(pages: Int) {
        let size = pages * 4096
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { return }
        madvise(memory, size, MADV_NOHUGEPAGE)
        for page in 0..<pages { memory.storeBytes(of: 1, toByteOffset: page * 4096, as: UInt8.self) }
        munmap(memory, size)
    }

    private func spin(milliseconds: UInt64) {
        var start = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
        var now = start
        while UInt64(now.tv_sec - start.tv_sec) * 1000 + UInt64(max(0, now.tv_nsec - start.tv_nsec)) / 1_000_000
            < milliseconds
        {
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
        }
    }

    @Test func freshMemoryFaults() throws {
        let readings = measure([.pageFaults, .minorFaults, .majorFaults]) { touch(pages: 1000) }
        guard let faults = readings[.pageFaults], faults.availability.isOK else { return }
        #expect(try #require(faults.value) >= 1000)
        // Under the thread sanitizer (which owns the heap) its own memory faults too.
        if edgeprof_thread_allocations() >= 0 { #expect(try #require(faults.value) < 1200) }
        #expect(try #require(readings[.minorFaults]?.value) >= 1000)
        #expect(faults.liveFraction == 1)
        let idle = measure([.pageFaults]) {}
        #expect(try #require(idle[.pageFaults]?.value) < 50)
    }

    @Test func taskClockGrowsWithWork() throws {
        let brief = measure([.taskClock]) { spin(milliseconds: 2) }
        guard let first = brief[.taskClock]?.value else { return }
        let long = try #require(measure([.taskClock]) { spin(milliseconds: 30) }[.taskClock]?.value)
        #expect(first >= 1_900_000)
        #expect(long >= 29_000_000 && long > first)
        let asleep = try #require(measure([.taskClock]) { usleep(30_000) }[.taskClock]?.value)
        #expect(asleep < 20_000_000)
    }

    @Test func threadsStartedLaterAreCounted() throws {
        let counted = measure([.pageFaults]) {
            var thread = pthread_t()
            let created = pthread_create(
                &thread,
                nil,
                { _ in
                    RealCountersTests().touch(pages: 500)
                    return nil
                },
                nil
            )
            if created == 0 { pthread_join(thread, nil) }
        }
        guard let faults = counted[.pageFaults]?.value else { return }
        #expect(faults >= 500)
    }

    /// A thread pool's case: the threads are there before the window and work inside it.
    @Test func threadsWaitingWhenAWindowBeginsAreCounted() throws {
        let session = CounterSession(requested: [.pageFaults, .taskClock])
        let gate = Gate()
        var thread = pthread_t()
        let created = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let gate = Unmanaged<Gate>.fromOpaque(argument).takeUnretainedValue()
                while gate.stage.load(ordering: .acquiring) != 1 { usleep(100) }
                RealCountersTests().touch(pages: 700)
                gate.stage.store(2, ordering: .releasing)
                while gate.stage.load(ordering: .acquiring) != 3 { usleep(100) }
                return nil
            },
            Unmanaged.passUnretained(gate).toOpaque()
        )
        try #require(created == 0)
        session.start()
        gate.stage.store(1, ordering: .releasing)
        while gate.stage.load(ordering: .acquiring) != 2 { usleep(100) }
        session.stop()
        gate.stage.store(3, ordering: .releasing)
        pthread_join(thread, nil)
        let faults = session.read()[0]
        guard session.availabilities[0].isOK else { return }
        #expect(try #require(faults.value) >= 700)
        #expect(faults.liveFraction == 1)
    }

    private final class Gate: Sendable {
        let stage = Atomic<Int>(0)
    }

    @Test func hardwareCountersCountOrSayWhyNot() {
        let readings = measure(Counter.allCases) { spin(milliseconds: 20) }
        #expect(readings.count == Counter.allCases.count)
        for reading in readings.values {
            #expect((reading.value != nil) == reading.availability.isOK, "\(reading)")
            #expect((reading.availability.reason != nil) == (reading.value == nil), "\(reading)")
            if reading.counter == .cycles || reading.counter == .instructions { #expect(reading.value != 0) }
        }
        let missing = readings.values.filter { $0.value == nil }.map(\.name).sorted()
        print("Covered counters: \(readings.count - missing.count); not on this machine: \(missing)")
    }

    @Test func sleepingSwitchesContexts() throws {
        let readings = measure([.contextSwitches, .cpuMigrations]) {
            for _ in 0..<20 { usleep(100) }
        }
        #expect(try #require(readings[.contextSwitches]?.value) >= 20)
        // Other tests run on threads of their own that may end meanwhile; then there is a reason.
        let migrations = try #require(readings[.cpuMigrations])
        #expect((migrations.value != nil) == migrations.availability.isOK)
    }

    @Test func aWindowDoesNotAllocate() {
        let session = CounterSession(requested: Counter.allCases)
        let before = edgeprof_thread_allocations()
        for _ in 0..<100 {
            session.start()
            session.stop()
        }
        #expect(edgeprof_thread_allocations() == before)
        // The counter itself is not blind (-1 under a sanitizer, which owns the heap).
        _ = session.read()
        #expect(before < 0 || edgeprof_thread_allocations() > before)
    }

    @Test func windowsOfAllCountersAreCheap() {
        let session = CounterSession(requested: Counter.allCases)
        var start = timespec()
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &start)
        for _ in 0..<100 {
            session.start()
            session.stop()
        }
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec
        #expect(nanoseconds / 100 < 20_000_000)
        print("A window of all counters costs \(nanoseconds / 100_000) us.")
    }
}
