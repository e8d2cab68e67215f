import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import MeasurementCore

/// What a window's probes record on hosts that change, or say little.
@Suite struct HeatAndLoadProbesTests {
    /// Two CPUs of a small board.
    private static let board: [(path: String, content: String)] =
        [
            ("/sys/devices/system/cpu/online", "0-1\n"),
            ("/sys/class/thermal/thermal_zone0/type", "cpu-thermal\n"),
            ("/sys/class/thermal/thermal_zone0/temp", "61000\n"),
            ("/proc/stat", "cpu 1 0 0 1\ncpu0 5 0 0 5\ncpu1 5 0 0 5\n"), ("/proc/vmstat", "pswpin 5\npswpout 9\n"),
            ("/proc/pressure/cpu", "some avg10=0 total=0\n"), ("/proc/pressure/memory", "some avg10=0 total=0\n"),
            ("/proc/pressure/io", "some avg10=0 total=0\n"), ("/proc/self/task/1/schedstat", "1 0 1\n"),
        ]
        + (0..<2).flatMap { cpu -> [(path: String, content: String)] in
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/cpufreq/"
            return [
                (folder + "scaling_cur_freq", "1500000\n"), (folder + "scaling_max_freq", "1800000\n"),
                (folder + "cpuinfo_max_freq", "1800000\n"), (folder + "scaling_governor", "ondemand\n"),
            ]
        }

    private func observe(
        _ host: FixtureHost,
        cpus: [Int] = [0, 1],
        _ change: (FixtureHost) throws -> Void
    ) rethrows -> (RecordedHeat, RecordedLoad) {
        var probes = HeatAndLoadProbes(cpus: cpus, root: host.root)
        probes.beforeWindow()
        usleep(20_000)
        try change(host)
        probes.afterWindow()
        return (probes.heat(), probes.load())
    }

    private func checkReasons(_ heat: RecordedHeat, _ load: RecordedLoad) {
        for value in RecordedHeat.values.map({ heat[keyPath: $0.0] }) + RecordedLoad.values.map({ load[keyPath: $0.0] })
        {
            #expect((value.known == nil) == !value.reason.isEmpty)
            #expect(value.reason != "not looked at")
        }
        #expect((heat.throttling == .ok) == heat.throttlingUnknown.isEmpty)
    }

    @Test func nothingHappens() throws {
        let (heat, load) = try observe(FixtureHost(files: Self.board)) { _ in }
        checkReasons(heat, load)
        #expect(heat.lowestHertz.known == 1.5e9 && heat.meanHertz.known == 1.5e9 && heat.highestHertz.known == 1.5e9)
        #expect(heat.firstThirdHertz.reason.contains("fewer than nine looks"))
        #expect(heat.hottestBeforeCelsius.known == 61 && heat.hottestCelsius.known == 61)
        #expect(heat.governors == ["ondemand"] && heat.cappedCPUs.known == 0 && heat.loweredCPUs.known == 0)
        #expect(heat.throttling == .absent && heat.slowedFraction.known == nil)
        #expect(load.cpuPressureFraction.known == 0 && load.pressureByOthersFraction.known == 0)
        #expect(load.swapByOthersPages.known == 0 && load.vanishedCPUs.known == 0 && load.newCPUs.known == 0)
        #expect(load.othersWaitFraction.reason.contains("CONFIG_SCHEDSTATS") && load.ownWaitFraction.known == 0)
        #expect(load.suspendedNanoseconds.known == 0)
    }

    @Test func aCPUIsUnplugged() throws {
        let (heat, load) = try observe(FixtureHost(files: Self.board)) { host in
            try host.add("/sys/devices/system/cpu/online", "0\n")
            try host.add("/proc/stat", "cpu 1 0 0 1\ncpu0 5 0 0 5\n")
            for name in ["scaling_cur_freq", "scaling_max_freq", "cpuinfo_max_freq", "scaling_governor"] {
                host.remove("/sys/devices/system/cpu/cpu1/cpufreq/" + name)
            }
        }
        checkReasons(heat, load)
        #expect(load.vanishedCPUs.known == 1 && load.newCPUs.known == 0)
        #expect(heat.meanHertz.known == 1.5e9)
    }

    @Test func thePolicyIsLoweredAndTheClockWithIt() throws {
        let (heat, load) = try observe(FixtureHost(files: Self.board)) { host in
            for cpu in 0..<2 {
                try host.add("/sys/devices/system/cpu/cpu\(cpu)/cpufreq/scaling_max_freq", "1200000\n")
                try host.add("/sys/devices/system/cpu/cpu\(cpu)/cpufreq/scaling_cur_freq", "1200000\n")
            }
            try host.add("/sys/class/thermal/thermal_zone0/temp", "85000\n")
        }
        checkReasons(heat, load)
        #expect(heat.cappedCPUs.known == 2 && heat.loweredCPUs.known == 2)
        #expect(
            heat.lowestHertz.known == 1.2e9 && heat.hottestAfterCelsius.known == 85 && heat.hottestCelsius.known == 85
        )
    }

    @Test func aHostWithoutSysOrProc() throws {
        let (heat, load) = try observe(FixtureHost(files: [])) { _ in }
        checkReasons(heat, load)
        let known = RecordedHeat.values.filter { heat[keyPath: $0.0].known != nil }.count
        // The sampler's own gap is all there is, and the clocks' sleep.
        #expect(known == 1 && heat.longestGapNanoseconds.known != nil && heat.governors.isEmpty)
        #expect(RecordedLoad.values.filter { load[keyPath: $0.0].known != nil }.count == 1)
        #expect(load.suspendedNanoseconds.known == 0 && heat.throttling == .absent)
    }

    /// A container whose /proc hides what is the host's.
    @Test func aContainerWithoutTheHostsFiles() throws {
        let hidden = Self.board.filter { !$0.path.hasPrefix("/proc/pressure") && $0.path != "/proc/vmstat" }
        let (heat, load) = try observe(FixtureHost(files: hidden)) { _ in }
        checkReasons(heat, load)
        #expect(load.cpuPressureFraction.reason.contains("CONFIG_PSI"))
        #expect(load.pressureByOthersFraction.known == nil && load.swapByOthersPages.known == nil)
    }

    @Test func filesThatMayNotBeRead() throws {
        let host = try FixtureHost(files: Self.board)
        let denied = HostRoot(
            host.path,
            failures: Dictionary(uniqueKeysWithValues: Self.board.map { ($0.path, EACCES) })
        )
        var probes = HeatAndLoadProbes(cpus: [0, 1], root: denied)
        probes.beforeWindow()
        probes.afterWindow()
        checkReasons(probes.heat(), probes.load())
        #expect(probes.heat().meanHertz.availability == .denied && probes.heat().hottestCelsius.availability == .denied)
        #expect(probes.load().cpuPressureFraction.availability == .denied)
    }

    @Test func pressureSaysNothingOfSomeCPUs() throws {
        let (_, load) = try observe(FixtureHost(files: Self.board), cpus: [1]) { _ in }
        #expect(load.cpuPressureFraction.known == 0)
        #expect(load.pressureByOthersFraction.reason == "pressure is of all 2 CPUs, and the process was held to 1")
    }

    @Test func sleepOfLessThanAMillisecondIsNone() {
        #expect(HeatAndLoadProbes.suspended(from: 5, to: 900_000) == 0)
        #expect(HeatAndLoadProbes.suspended(from: 5, to: 2_000_000_005) == 2e9)
        #expect(HeatAndLoadProbes.suspended(from: 5, to: -5) == 0)
        #expect(HeatAndLoadProbes.suspended(from: .min, to: .max) == 0)
    }

    @Test func beforeAnyWindowNothingIsClaimed() {
        let probes = HeatAndLoadProbes(cpus: [0])
        #expect(probes.heat() == RecordedHeat() && probes.load() == RecordedLoad())
    }
}
