import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct ThermalSnapshotTests {
    private func change(_ host: FixtureHost, _ files: [(String, String)]) throws -> ThermalChange {
        let before = ThermalSnapshot.read(root: host.root)
        for (path, content) in files { try host.add(path, content + "\n") }
        return ThermalSnapshot.read(root: host.root).since(before)
    }

    @Test func throttleCountersThatGrew() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        #expect(try change(host, []).throttled.value == [])
        let one = "/sys/devices/system/cpu/cpu3/thermal_throttle/core_throttle_count"
        #expect(try change(host, [(one, "9")]).throttled.value == ["CPU 3 throttled"])
        let all = try change(
            host,
            (0..<12).map { ("/sys/devices/system/cpu/cpu\($0)/thermal_throttle/package_throttle_count", "13") }
        )
        #expect(all.throttled.value == ["CPU 0 and 11 others throttled"] && all.wasThrottled == true)
        // Counters of a CPU taken away and brought back begin anew.
        #expect(try change(host, [(one, "0")]).throttled.value == [])
    }

    @Test func frequenciesAndHeat() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let change = try change(
            host,
            [
                ("/sys/class/thermal/thermal_zone2/temp", "91000"),
                ("/sys/devices/system/cpu/cpu9/cpufreq/scaling_max_freq", "1200000"),
                ("/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_avg_freq", "4650000"),
                ("/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance"),
                ("/sys/devices/system/cpu/online", "0-10"),
            ]
        )
        #expect(change.hottestBeforeCelsius == 58 && change.hottestAfterCelsius == 91)
        let frequency = try #require(change.frequency.value)
        #expect(frequency.fastestHertz == 4_650_000_000 && frequency.slowestHertz == 900_000_000)
        #expect(frequency.cappedCPUs == [9] && frequency.loweredCPUs == [9])
        #expect(frequency.governorChanged && frequency.governors == ["performance", "powersave"])
        #expect(frequency.vanishedCPUs == [11])
    }

    /// A run held to some CPUs is not judged by the others' clocks.
    @Test func frequenciesOfSomeCPUs() throws {
        let host = try FixtureHost("rock-5b-big-little")
        let little = ThermalSnapshot.read(cpus: [0, 1], root: host.root)
        #expect(little.since(little).frequency.value?.cappedCPUs == [])
        let big = ThermalSnapshot.read(cpus: [4], root: host.root)
        #expect(big.since(big).frequency.value?.cappedCPUs == [4])
        #expect(ThermalSnapshot.read(cpus: [99], root: host.root).frequencies.availability.status == .absent)
    }

    @Test func coolingStates() throws {
        let rock = try change(FixtureHost("rock-5b-big-little"), [])
        #expect(rock.throttled.value == ["cooling by thermal-cpufreq-1"])
        #expect(rock.frequency.value?.cappedCPUs == [4, 5, 6, 7])
        #expect(rock.frequency.value?.loweredCPUs == [])
        // A fan that turns slows nothing down.
        let jetson = try change(FixtureHost("jetson-orin-nano"), [])
        #expect(jetson.throttled.value == [] && jetson.wasThrottled == false)
        let alert = try change(
            FixtureHost("jetson-orin-nano"),
            [("/sys/class/thermal/cooling_device1/cur_state", "1")]
        )
        #expect(alert.throttled.value == ["cooling by cpu-throttle-alert"])
    }

    @Test func raspberryPiFlags() throws {
        let path = "/sys/devices/platform/soc/soc:firmware/get_throttled"
        // What happened before the window, and no more, is not the window's.
        #expect(try change(FixtureHost("raspberry-pi-4"), []).throttled.value == [])
        #expect(
            try change(FixtureHost("raspberry-pi-4"), [(path, "d0008")]).throttled.value
                == ["firmware: soft temperature limit"]
        )
        #expect(
            try change(FixtureHost("raspberry-pi-4"), [(path, "50005")]).throttled.value
                == ["firmware: undervoltage", "firmware: throttled"]
        )
        #expect(
            try change(FixtureHost("raspberry-pi-4"), [(path, "70000")]).throttled.value
                == ["firmware: frequency capped"]
        )
        let five = try FixtureHost("raspberry-pi-5")
        #expect(FirmwareThrottling.read(root: five.root).value == FirmwareThrottling(bits: 0))
    }

    @Test func firmwareText() {
        #expect(FirmwareThrottling.bits(parsing: "0x50005\n") == 0x50005)
        #expect(FirmwareThrottling.bits(parsing: "0") == 0)
        for text in ["", "0x", "x", "-1", "+1", "1ffffffff", "50005 1", "５"] {
            #expect(FirmwareThrottling.bits(parsing: text) == nil, "\(text)")
        }
    }

    @Test func hostsThatCannotTell() throws {
        for name in ["vm-epyc", "intel-server"] {
            let change = try change(FixtureHost(name), [])
            if name == "vm-epyc" {
                #expect(change.wasThrottled == nil && change.throttled.availability.status == .absent)
                #expect(change.frequency.availability.status == .absent && change.hottestAfterCelsius == nil)
            }
        }
        let locked = HostRoot(
            try FixtureHost("intel-hybrid-laptop").path,
            failures: ["/sys/devices/system/cpu/cpu0/thermal_throttle/core_throttle_count": EACCES]
        )
        #expect(ThrottleCounters.read(root: locked).availability.status == .denied)
    }

    @Test func coolingDevices() throws {
        let laptop = try #require(CoolingDevice.read(root: try FixtureHost("intel-hybrid-laptop").root).value)
        #expect(laptop.map(\.type) == ["Processor", "Processor", "intel_powerclamp", "Fan"])
        #expect(laptop.map(\.state) == [0, 0, -1, 1] && laptop.map(\.slowsProcessor) == [true, true, true, false])
        // A device without a second state cools nothing.
        #expect(ThermalSnapshot.capability(root: try FixtureHost("wsl2").root).availability.status == .absent)
        for text in ["", "x", "1.5", "99999999999999999999"] {
            let host = try FixtureHost("rock-5b-big-little")
            try host.add("/sys/class/thermal/cooling_device1/cur_state", text)
            #expect(CoolingDevice.read(root: host.root).value?.map(\.number) == [0], "\(text)")
        }
    }
}
