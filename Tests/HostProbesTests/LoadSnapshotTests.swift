import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct LoadSnapshotTests {
    private let second: UInt64 = 1_000_000_000

    @Test func whatOthersDid() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        func snapshot(_ time: UInt64) -> LoadSnapshot {
            LoadSnapshot.read(cpus: [0, 1], process: .current, root: host.root, timeNanoseconds: time)
        }
        let before = snapshot(second)
        try host.add("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=501000\n")
        try host.add("/proc/vmstat", "pswpin 5100\npswpout 9030\n")
        // Ten of its own faults read eight pages each; four pages of its own went out.
        try host.add("/proc/self/stat", "77 (a) R) b) R 1 77 77 0 -1 4194304 900 0 13 0 5 1 0 0 20 0 1 0 100 1 5\n")
        try host.add("/proc/self/status", "VmHWM:\t 20000 kB\nVmRSS:\t 18000 kB\nVmSwap:\t 16 kB\n")
        try host.add("/proc/schedstat", "cpu0 0 0 0 0 0 0 1 6000 1\ncpu1 0 0 0 0 0 0 1 4000 1\n")
        try host.add("/proc/self/task/77/schedstat", "1 1900 1\n")
        try host.add("/proc/loadavg", "0.10 0.20 0.30 7/950 999\n")
        try host.add(
            "/proc/stat",
            "cpu 1 0 0 1 0 0 0 0\ncpu0 140 0 50 1040 5 1 2 20 0 0\ncpu1 100 0 50 1100 5 1 2 0 0 0\n"
        )
        let change = snapshot(3 * second).since(before)
        #expect(change.durationNanoseconds == 2 * second)
        #expect(change.cpuPressureFraction.value == 0.25)
        #expect(change.memoryPressureFraction.value == 0 && change.ioPressureFraction.value == 0)
        #expect(change.swapByOthersPages.value == (100 - 80) + (30 - 4))
        #expect(change.runQueueWait.value == RunQueueWait(allNanoseconds: 7000, ownNanoseconds: 400))
        #expect(change.mostRunnableThreads.value == 7)
        #expect(change.ownWaitNanoseconds.value == 400)
        // 6600 ns of others in two seconds of two CPUs.
        #expect(change.othersWaitFraction(cpus: 2).value == 6600 / 4e9)
        #expect(change.othersWaitFraction(cpus: 0).value == nil)
        #expect(change.vanishedCPUs.value == 0 && change.newCPUs.value == 0)
        #expect(change.cpuUse.value?.stealNanoseconds == 200_000_000)
    }

    /// A kernel without run-queue times: pressure less what can be this process's own.
    @Test func pressureByOthersNeverBlamesOurselves() throws {
        func others(ownMicroseconds: UInt64, busyTicks: UInt64 = 0) throws -> Double? {
            let host = try FixtureHost(files: [
                ("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"),
                ("/proc/self/task/7/schedstat", "1 0 1\n"), ("/proc/stat", "cpu 1 0 0 1\ncpu0 0 0 0 0\ncpu1 0 0 0 0\n"),
            ])
            let before = LoadSnapshot.read(cpus: [0, 1], root: host.root, timeNanoseconds: second)
            try host.add("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=500000\n")
            try host.add("/proc/self/task/7/schedstat", "1 \(ownMicroseconds * 1000) 1\n")
            try host.add("/proc/stat", "cpu 1 0 0 1\ncpu0 \(busyTicks) 0 0 0\ncpu1 \(busyTicks) 0 0 1\n")
            return LoadSnapshot.read(cpus: [0, 1], root: host.root, timeNanoseconds: 2 * second).since(before)
                .pressureByOthersFraction.value
        }
        #expect(try others(ownMicroseconds: 0) == 0.5)
        #expect(try others(ownMicroseconds: 200_000) == 0.3)
        // Both CPUs busy throughout: each has half the weight.
        #expect(try others(ownMicroseconds: 200_000, busyTicks: 100) == 0.4)
        #expect(try others(ownMicroseconds: 700_000) == 0)
    }

    @Test func cpusThatCameAndWent() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let before = LoadSnapshot.read(root: host.root)
        try host.add("/sys/devices/system/cpu/online", "0-8,12-13\n")
        let change = LoadSnapshot.read(root: host.root).since(before)
        #expect(change.vanishedCPUs.value == 3 && change.newCPUs.value == 2)
        try host.add("/sys/devices/system/cpu/online", "garbage\n")
        #expect(LoadSnapshot.read(root: host.root).since(before).vanishedCPUs.availability.status == .absent)
    }

    @Test func sleepIsNeverNegative() throws {
        let (first, second) = (try #require(SystemSleep.nanoseconds), try #require(SystemSleep.nanoseconds))
        #expect(first >= -1_000_000 && abs(second - first) < 1_000_000)
    }

    @Test func aHostThatSaysNothing() {
        let nothing = LoadSnapshot.read(root: HostRoot("/nonexistent"), timeNanoseconds: 5)
        let change = nothing.since(nothing)
        for availability in [
            change.cpuUse.availability, change.cpuPressureFraction.availability, change.ioPressureFraction.availability,
            change.memoryPressureFraction.availability, change.swapByOthersPages.availability,
            change.runQueueWait.availability, change.mostRunnableThreads.availability,
            change.ownWaitNanoseconds.availability, change.vanishedCPUs.availability, change.newCPUs.availability,
            change.othersWaitFraction(cpus: 1).availability, change.pressureByOthersFraction.availability,
        ] {
            #expect(availability.status == .absent && availability.reason?.isEmpty == false)
        }
    }

    @Test func totalsThatWentBack() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let before = LoadSnapshot.read(root: host.root, timeNanoseconds: 1)
        try host.add("/proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")
        try host.add("/proc/vmstat", "pswpin 1\npswpout 1\n")
        try host.add("/proc/schedstat", "cpu0 0 0 0 0 0 0 1 1 1\n")
        let change = LoadSnapshot.read(root: host.root, timeNanoseconds: 0).since(before)
        #expect(change.durationNanoseconds == 0 && change.cpuPressureFraction.value == nil)
        #expect(change.swapByOthersPages.value == nil && change.runQueueWait.value == nil)
    }

    @Test func hugeNumbersDoNotTrap() throws {
        func activity(_ pages: UInt64, _ bytes: Int64?, _ faults: UInt64?) -> SwapActivity {
            SwapActivity(
                pagesIn: pages,
                pagesOut: pages,
                ownSwappedBytes: bytes,
                ownMajorFaults: faults,
                pagesPerFault: 1 << 16
            )
        }
        let wide = activity(.max, .max, .max).byOthers(since: activity(0, .min, 0), pageBytes: 1)
        #expect(wide?.pagesIn == 0)
        #expect(activity(5, nil, nil).byOthers(since: activity(0, 0, 0))?.pagesIn == 5)
        #expect(activity(5, .min, 0).byOthers(since: activity(0, .max, .max), pageBytes: 0)?.pagesOut == 5)
        #expect(activity(0, 0, 0).byOthers(since: activity(1, 0, 0)) == nil)
    }

    @Test(arguments: [
        "", "x", "pswpin 1\n", "pswpin 1\npswpout x\n", "pswpin -1\npswpout 1\n",
        "pswpin 18446744073709551616\npswpout 1\n",
    ])
    func otherVmstat(text: String) {
        #expect(SwapActivity.swapped(vmstat: text) == nil)
    }

    @Test(arguments: ["", "77 (x", "77 (x)", "77 (x) R 1 2 3", "77 (x) R 1 77 77 0 -1 4194304 900 0 -3 0"])
    func otherStat(text: String) {
        #expect(SwapActivity.majorFaults(stat: text) == nil)
    }

    @Test(arguments: [
        "", "version 15\n", "cpu0 0 0 0 0 0 0 1\n", "cpu0 0 0 0 0 0 0 1 x 1\n", "cpu1 0 0 0 0 0 0 1 5 1\n",
        "cpu0 0 0 0 0 0 0 1 18446744073709551616 1\n",
    ])
    func otherSchedstat(text: String) {
        #expect(RunQueueWait.waiting(schedstat: text, cpus: [0]) == nil)
    }

    @Test func waitingOfSomeOrAll() {
        let text = "version 15\ncpu0 0 0 0 0 0 0 1 5 1\ndomain0 3 1 2\ncpu1 0 0 0 0 0 0 1 7 1\n"
        #expect(RunQueueWait.waiting(schedstat: text, cpus: nil) == 12)
        #expect(RunQueueWait.waiting(schedstat: text, cpus: [1]) == 7)
    }

    @Test func thisHost() {
        let before = LoadSnapshot.read()
        usleep(30_000)
        let change = LoadSnapshot.read().since(before)
        #expect(change.durationNanoseconds >= 30_000_000)
        if let fraction = change.cpuPressureFraction.value { #expect(fraction >= 0 && fraction <= 1) }
    }
}
