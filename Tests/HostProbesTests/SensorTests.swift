import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct ThermalZoneTests {
    @Test func zonesThatMeasure() throws {
        #expect(
            ThermalZone.read(root: try FixtureHost("intel-server").root).value
                == [ThermalZone(type: "acpitz", celsius: 27.8), ThermalZone(type: "x86_pkg_temp", celsius: 51)]
        )
        #expect(
            ThermalZone.read(root: try FixtureHost("raspberry-pi-5").root).value
                == [ThermalZone(type: "cpu-thermal", celsius: 61.35)]
        )
    }

    @Test func aZoneAsleepIsLeftOut() throws {
        let host = try FixtureHost("intel-server")
        let root = HostRoot(host.path, failures: ["/sys/class/thermal/thermal_zone0/temp": ENODATA])
        #expect(ThermalZone.read(root: root).value?.map(\.type) == ["x86_pkg_temp"])
    }

    @Test func reasons() throws {
        #expect(ThermalZone.read(root: try FixtureHost("vm-epyc").root).availability.status == .absent)
        let host = try FixtureHost("raspberry-pi-5")
        let locked = HostRoot(host.path, failures: ["/sys/class/thermal/thermal_zone0/temp": EACCES])
        #expect(ThermalZone.read(root: locked).availability.status == .denied)
    }

    @Test func degrees() {
        #expect(ThermalZone.celsius(parsing: "-5000\n") == -5)
        #expect(ThermalZone.celsius(parsing: "0") == 0)
        for text in ["", "-", "--5", "x", "150000", "-60000", "9223372036854775808", "5.5", "+5", "0050000"] {
            #expect(ThermalZone.celsius(parsing: text) == nil, "\(text)")
        }
    }
}

@Suite struct CPUFrequencyTests {
    @Test func perCPU() throws {
        let frequencies = try #require(CPUFrequency.read(root: try FixtureHost("intel-server").root).value)
        #expect(frequencies.map(\.currentHertz) == [2_400_000_000, 800_000_000])
        #expect(
            frequencies.first
                == CPUFrequency(
                    cpu: 0,
                    currentHertz: 2_400_000_000,
                    limitHertz: 3_500_000_000,
                    maximumHertz: 3_900_000_000,
                    governor: "powersave"
                )
        )
    }

    @Test func aCPUWithoutAnAnswerIsLeftOut() throws {
        let host = try FixtureHost("intel-server")
        try host.add("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "<unknown>\n")
        #expect(CPUFrequency.read(root: host.root).value?.map(\.cpu) == [1])
    }

    @Test func reasons() throws {
        #expect(CPUFrequency.read(root: try FixtureHost("vm-epyc").root).availability.status == .absent)
        let host = try FixtureHost("intel-server")
        let path = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq"
        #expect(CPUFrequency.read(root: HostRoot(host.path, failures: [path: EACCES])).availability.status == .denied)
    }

    @Test(arguments: ["", "0", "-1", "x", "100000000", "18446744073709551616", "1.5"])
    func otherText(text: String) {
        #expect(CPUFrequency.hertz(parsing: text) == nil)
    }
}

@Suite struct ProcessCPUTimeTests {
    @Test func growsWithWorkAndTimeWithSleep() {
        let work = ProcessCPUTime.nanoseconds
        let time = MonotonicClock.nanoseconds
        let own = MonotonicClock.nanoseconds(CLOCK_THREAD_CPUTIME_ID)
        while MonotonicClock.nanoseconds(CLOCK_THREAD_CPUTIME_ID) < own + 5_000_000 {}
        // This thread's work is part of the process's.
        #expect(ProcessCPUTime.nanoseconds >= work + 5_000_000)
        usleep(5000)
        #expect(MonotonicClock.nanoseconds >= time + 5_000_000)
    }
}
