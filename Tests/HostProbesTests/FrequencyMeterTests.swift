import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct FrequencyMeterTests {
    @Test func firmwareIsAskedThroughout() {
        func reasons(_ looks: [(seconds: Double, bits: UInt32)]) -> [String]? {
            var sums = FrequencyRecord.Sums()
            for look in looks {
                var seen = FrequencyLook()
                seen.firmware = FirmwareThrottling(bits: look.bits)
                sums.add(seen, at: 1_000 + UInt64(look.seconds * 1e9))
            }
            return sums.record?.firmwareReasons
        }
        // What held in one look only, and was cleared before the last.
        #expect(reasons([(0, 0), (4, 0x4), (10, 0)]) == ["throttled"])
        // An event between two looks leaves its lasting bit for two seconds.
        #expect(reasons([(0, 0), (4, 0x10000), (10, 0)]) == ["undervoltage"])
        // A lasting bit at the beginning may be of the time before.
        #expect(reasons([(0, 0x40000), (2, 0x40000), (10, 0)]) == [])
        #expect(reasons([(0, 0), (10, 0)]) == [])
    }

    @Test func sums() throws {
        var sums = FrequencyRecord.Sums()
        #expect(sums.record == nil)
        sums.add(FrequencyLook(hertz: 1000, celsius: 50, isSlowed: false), at: 100)
        sums.add(FrequencyLook(hertz: 3000, celsius: nil, isSlowed: true), at: 350)
        sums.add(FrequencyLook(hertz: nil, celsius: 60, isSlowed: false), at: 1_000)
        sums.add(FrequencyLook(hertz: 2000, celsius: 55, isSlowed: false), at: 1_200)
        let record = try #require(sums.record)
        #expect(record.lowestHertz == 1000 && record.meanHertz == 2000 && record.highestHertz == 3000)
        #expect(record.hottestCelsius == 60 && record.slowedFraction == 0.25 && record.samples == 4)
        #expect(record.longestGapNanoseconds == 650)
        // Three looks at the clock are no thirds.
        #expect(record.firstThirdHertz == nil && record.lastThirdHertz == nil)
    }

    @Test func whatNoLookShowsIsNoZero() throws {
        var sums = FrequencyRecord.Sums()
        sums.add(FrequencyLook(), at: 5)
        let record = try #require(sums.record)
        #expect(record.meanHertz == nil && record.lowestHertz == nil && record.highestHertz == nil)
        #expect(record.hottestCelsius == nil && record.slowedFraction == nil && record.longestGapNanoseconds == 0)
        // A clock that goes back makes no gap.
        sums.add(FrequencyLook(), at: 3)
        #expect(sums.record?.longestGapNanoseconds == 0)
    }

    /// Whatever the window's length, thirds are means of the right parts, in bounded room.
    @Test(arguments: [8, 9, 10, 100, 239, 240, 241, 1_000, 14_400])
    func thirds(_ looks: Int) throws {
        var trace = FrequencyTrace()
        for index in 0..<looks { trace.add(3e9 - Double(index)) }
        #expect(trace.mean.map { abs($0 - (3e9 - Double(looks - 1) / 2)) < 1e-3 } == true)
        guard looks >= 9 else { return #expect(trace.thirds == nil) }
        let thirds = try #require(trace.thirds)
        // The mean of a third of a falling line lies a sixth from its end; pieces cut off at the end shift it by one.
        let slack = 2 + Double(looks) / 50
        #expect(abs(thirds.first - (3e9 - Double(looks) / 6)) <= slack)
        #expect(abs(thirds.last - (3e9 - Double(looks) * 5 / 6)) <= slack)
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
        let record = try #require(meter.stop().value)
        #expect(record.meanHertz == nil && record.hottestCelsius == nil && record.slowedFraction == nil)
        #expect(record.samples >= 2 && record.longestGapNanoseconds != nil)
        // The window is over.
        #expect(meter.stop().availability.status == .absent)
    }
}
