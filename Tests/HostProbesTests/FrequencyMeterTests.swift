import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct FrequencyMeterTests {
    @Test func sums() throws {
        var sums = FrequencyRecord.Sums()
        #expect(sums.record == nil)
        sums.add(hertz: 1000, celsius: 50, isSlowed: false)
        sums.add(hertz: 3000, celsius: nil, isSlowed: true)
        sums.add(hertz: nil, celsius: 60, isSlowed: false)
        sums.add(hertz: 2000, celsius: 55, isSlowed: false)
        let record = try #require(sums.record)
        #expect(record.lowestHertz == 1000 && record.meanHertz == 2000 && record.highestHertz == 3000)
        #expect(record.hottestCelsius == 60 && record.slowedFraction == 0.25 && record.samples == 4)
    }

    /// Heat and a lower clock that come and go between the ends.
    @Test func whatHappensBetweenTheEndsIsSeen() throws {
        let host = try FixtureHost("rock-5b-big-little")
        let clock = (4..<8).map { "/sys/devices/system/cpu/cpu\($0)/cpufreq/scaling_cur_freq" }
        let heat = "/sys/class/thermal/thermal_zone0/temp"
        let meter = FrequencyMeter(cpus: [4, 5, 6, 7], root: host.root)
        #expect(meter.stop().availability.reason?.contains("begun") == true)
        meter.start()
        for path in clock { try host.add(path, "408000\n") }
        try host.add(heat, "95000\n")
        usleep(900_000)
        for path in clock { try host.add(path, "2256000\n") }
        try host.add(heat, "45000\n")
        let record = try #require(meter.stop().value)
        #expect(record.highestHertz == 2_256_000_000 && record.slowedFraction == 1)
        // A box too busy to give the thread one turn in 900 ms has the ends only.
        if record.samples > 2 { #expect(record.lowestHertz == 408_000_000 && record.hottestCelsius == 95) }
    }

    @Test func hostsWithout() throws {
        let meter = FrequencyMeter(root: try FixtureHost("vm-epyc").root)
        meter.start()
        #expect(meter.stop().availability.status == .absent)
    }
}
