import CPerfEvent
import Glibc
import HostInfo
import HostTestSupport
import Synchronization
import Testing

@testable import PerfCounters

/// A kernel that answers as told and remembers what it was asked.
private final class FakeKernel: Sendable {
    struct State {
        var opened: [(event: PerfEvent, leader: Int32)] = []
        var closed: [Int32] = []
        var enabled: [Int32] = []
        var counts: [Int32: edgeprof_perf_count] = [:]
    }
    let state = Mutex(State())
    let answer: @Sendable (PerfEvent, Int32) -> Int32?

    /// `answer` gives an error number, or nil to open the event.
    init(answer: @escaping @Sendable (PerfEvent, Int32) -> Int32? = { _, _ in nil }) {
        self.answer = answer
    }

    var system: PerfSystem {
        PerfSystem(
            open: { event, leader in
                if let code = self.answer(event, leader) { return -code }
                return self.state.withLock {
                    $0.opened.append((event, leader))
                    return Int32(99 + $0.opened.count)
                }
            },
            enable: { leader in
                self.state.withLock { $0.enabled.append(leader) }
                return 0
            },
            disable: { _ in 0 },
            read: { descriptor, count in
                count.pointee = self.state.withLock { $0.counts[descriptor] ?? edgeprof_perf_count() }
                return 0
            },
            close: { descriptor in self.state.withLock { $0.closed.append(descriptor) } }
        )
    }

    func session(_ counters: [Counter], root: HostRoot = .system) -> CounterSession {
        CounterSession(requested: counters, policy: .standard, root: root, system: system)
    }

    func set(_ descriptor: Int32, _ value: UInt64, _ enabled: UInt64, _ running: UInt64) {
        state.withLock {
            $0.counts[descriptor] = edgeprof_perf_count(
                value: value,
                enabled_nanoseconds: enabled,
                running_nanoseconds: running
            )
        }
    }
}

@Suite struct CounterSessionTests {
    private let hardware: [Counter] = [.cycles, .instructions, .cacheMisses, .level1DataLoads]

    @Test(arguments: [ENOENT, ENOSYS, EACCES])
    func aRefusalIsAReasonAndNeverZero(code: Int32) throws {
        let host = try FixtureHost(files: [("/proc/sys/kernel/perf_event_paranoid", "3\n")])
        let session = FakeKernel(answer: { _, _ in code }).session(hardware, root: host.root)
        session.start()
        session.stop()
        for reading in session.read() {
            #expect(reading.value == nil && reading.rawValue == nil && reading.liveFraction == nil)
            #expect(reading.availability.status == (code == EACCES ? .denied : .absent))
            #expect(reading.availability.reason != nil)
            #expect((reading.availability.remedy != nil) == (code == EACCES))
        }
        #expect(session.read().map(\.availability) == session.availabilities)
    }

    @Test func groupsShareALeader() {
        let kernel = FakeKernel()
        let session = kernel.session([.instructions, .cacheMisses, .cycles, .taskClock])
        let opened = kernel.state.withLock { $0.opened }
        #expect(opened.map(\.leader) == [-1, -1, 100, -1])
        session.start()
        #expect(kernel.state.withLock { $0.enabled } == [100, 101, 103])
        session.stop()
    }

    @Test func aGroupThePMUCannotHoldIsSplit() {
        let kernel = FakeKernel(answer: { event, leader in leader >= 0 && event == .hardware(4) ? EINVAL : nil })
        let session = kernel.session([.cycles, .branches])
        #expect(kernel.state.withLock { $0.opened.map(\.leader) } == [-1, -1])
        #expect(session.availabilities == [.ok, .ok])
    }

    @Test func descriptorsAreClosed() {
        let kernel = FakeKernel()
        do { _ = kernel.session(hardware) }
        #expect(kernel.state.withLock { $0.closed.sorted() } == [100, 101, 102, 103])
    }

    @Test func windowsAddUpAndWhatLiesBetweenDoesNot() {
        let kernel = FakeKernel()
        let session = kernel.session([.cycles])
        kernel.set(100, 50, 10, 10)
        session.start()
        kernel.set(100, 150, 110, 110)
        session.stop()
        kernel.set(100, 1000, 500, 500)
        session.start()
        kernel.set(100, 1007, 600, 600)
        session.stop()
        #expect(session.read().map(\.value) == [107])
        session.reset()
        #expect(session.read().map(\.value) == [nil])
    }

    /// Between two steps of a network: what the last window gave, if the counter was live all along.
    @Test func theLastWindowAlone() {
        let kernel = FakeKernel(answer: { event, _ in event == .hardware(3) ? ENOENT : nil })
        let session = kernel.session([.cycles, .instructions, .cacheMisses])
        kernel.set(100, 50, 10, 10)
        kernel.set(101, 5, 10, 10)
        session.start()
        kernel.set(100, 150, 110, 110)
        kernel.set(101, 9, 110, 60)
        session.stop()
        #expect((0..<3).map { session.lastWindow(of: $0) } == [100, nil, nil])
        session.start()
        kernel.set(101, 10, 210, 160)
        session.stop()
        // Cycles were not live at all in this one.
        #expect((0..<3).map { session.lastWindow(of: $0) } == [nil, 1, nil])
        let times = session.read()[1].times
        #expect(times?.enabledNanoseconds == 200 && times?.runningNanoseconds == 150)
    }

    @Test func aCounterAskedForTwiceIsOpenedOnce() {
        let kernel = FakeKernel()
        #expect(kernel.session([.cycles, .cycles]).requested == [.cycles])
        #expect(kernel.state.withLock { $0.opened.count } == 1)
    }

    @Test func hybridProcessorsCountOnBothKindsOfCore() throws {
        let host = try FixtureHost(files: [
            ("/sys/bus/event_source/devices/cpu_core/type", "4\n"),
            ("/sys/bus/event_source/devices/cpu_core/cpus", "0-3\n"),
            ("/sys/bus/event_source/devices/cpu_atom/type", "10\n"),
            ("/sys/bus/event_source/devices/cpu_atom/cpus", "4-11\n"),
            ("/sys/bus/event_source/devices/power/type", "23\n"),
            ("/sys/bus/event_source/devices/power/cpumask", "0\n"),
        ])
        let kernel = FakeKernel()
        let session = kernel.session([.cycles, .instructions, .taskClock], root: host.root)
        let opened = kernel.state.withLock { $0.opened }
        #expect(opened.map(\.event.config) == [4 << 32, 10 << 32, 4 << 32 | 1, 10 << 32 | 1, 1])
        #expect(opened.map(\.leader) == [-1, -1, 100, 101, -1])
        session.start()
        // Three quarters of the time on one kind, one quarter on the other: live throughout, nothing to scale.
        kernel.set(100, 900, 1000, 750)
        kernel.set(101, 100, 1000, 250)
        session.stop()
        let cycles = session.read()[0]
        #expect(cycles.value == 1000 && cycles.liveFraction == 1 && !cycles.isScaled)
    }

    private static func probesFixture(_ name: String) throws -> FixtureHost {
        let tests = #filePath.dropLast("PerfCountersTests/CounterSessionTests.swift".count)
        return try FixtureHost(name, testFile: tests + "HostProbesTests/here.swift")
    }

    /// The probes' fixtures have the PMUs of whole hosts, uncore and software ones among them.
    @Test func corePMUsOfFixtures() throws {
        let types: [(String, [UInt32])] = [
            ("intel-hybrid-laptop", [4, 10]), ("rock-5b-big-little", [8, 9]), ("raspberry-pi-4", []),
            ("raspberry-pi-5", []), ("jetson-orin-nano", []), ("wsl2", []), ("vm-epyc", []),
        ]
        for (name, expected) in types {
            let host = try Self.probesFixture(name)
            #expect(CorePMUs.types(root: host.root) == expected, "\(name)")
        }
    }

    /// Atoms have no such event: counted on one kind of core it would be a part taken for the whole.
    @Test func anEventThatOneKindOfCoreLacks() throws {
        let host = try Self.probesFixture("intel-hybrid-laptop")
        let kernel = FakeKernel(answer: { event, _ in
            event == PerfEvent.cacheReads(0, missed: false).on(pmuType: 10) ? ENOENT : nil
        })
        let session = kernel.session([.level1DataLoads], root: host.root)
        session.start()
        kernel.set(100, 600, 50_000_000, 30_000_000)
        session.stop()
        let loads = session.read()[0]
        // Live on the fast cores only: the part it missed shows, and what is scaled says so.
        #expect(loads.liveFraction == 0.6 && loads.isScaled && loads.rawValue == 600 && loads.value == 1000)
    }

    @Test func onePMUIsNotHybrid() throws {
        let host = try FixtureHost(files: [
            ("/sys/bus/event_source/devices/armv8_cortex_a72/type", "8\n"),
            ("/sys/bus/event_source/devices/armv8_cortex_a72/cpus", "0-3\n"),
            ("/sys/bus/event_source/devices/broken/type", "x\n"),
            ("/sys/bus/event_source/devices/broken/cpus", "garbage\n"),
        ])
        #expect(CorePMUs.types(root: host.root).isEmpty)
        #expect(CorePMUs.types(root: HostRoot("/nonexistent")).isEmpty)
    }

    @Test func kernelsWithoutPerPMUEventsFallBack() throws {
        let host = try FixtureHost(files: [
            ("/sys/bus/event_source/devices/a/type", "8\n"), ("/sys/bus/event_source/devices/a/cpus", "0-3\n"),
            ("/sys/bus/event_source/devices/b/type", "9\n"), ("/sys/bus/event_source/devices/b/cpus", "4-7\n"),
        ])
        let kernel = FakeKernel(answer: { event, _ in event.config >> 32 != 0 ? EINVAL : nil })
        #expect(kernel.session([.cycles], root: host.root).availabilities == [.ok])
        #expect(kernel.state.withLock { $0.opened.map(\.event) } == [.hardware(0)])
    }
}
