import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct HostCPUTimesTests {
    @Test func fields() {
        let times = HostCPUTimes(parsing: "cpu  1 20 300 4000 50000 600000 7000000 80000000 9 9\ncpu0 1 1 1 1\n")
        #expect(times?.busyTicks == 7_600_321)
        #expect(times?.idleTicks == 4000 && times?.ioWaitTicks == 50000 && times?.stealTicks == 80_000_000)
    }

    @Test func oldKernelsGiveFewerFields() {
        let times = HostCPUTimes(parsing: "cpu 1 2 3 4\n")
        #expect(times?.busyTicks == 6 && times?.idleTicks == 4 && times?.stealTicks == 0)
    }

    @Test(arguments: [
        "", "cpu", "cpu 1 2 3\n", "cpu0 1 2 3 4 5 6 7 8\n", "cpu a b c d\n", "cpu 1 2 3 4 x 6 7 8\n", "cpu -1 2 3 4\n",
        "cpu 18446744073709551615 1 1 1\n", "intr 1 2 3 4 5\n",
    ])
    func otherText(text: String) {
        #expect(HostCPUTimes(parsing: text) == nil)
    }

    private static let stat = """
        cpu  111 0 0 222 0 0 0 33
        cpu0 100 0 0 200 0 0 0 30
        cpu1 10 0 0 20 0 0 0 3
        cpu10 1 0 0 2 0 0 0 0
        intr 1 2 3 4 5 6

        """

    @Test func someCPUsAlone() {
        let one = HostCPUTimes(parsing: Self.stat, cpus: [1])
        #expect(one?.busyTicks == 10 && one?.idleTicks == 20 && one?.stealTicks == 3)
        let two = HostCPUTimes(parsing: Self.stat, cpus: [10, 0])
        #expect(two?.busyTicks == 101 && two?.idleTicks == 202 && two?.stealTicks == 30)
        let all = HostCPUTimes(parsing: Self.stat, cpus: [0, 1, 10])
        #expect(all == HostCPUTimes(parsing: Self.stat))
    }

    @Test func aCPUWithoutALineIsMissed() {
        #expect(HostCPUTimes(parsing: Self.stat, cpus: [0, 2]) == nil)
        #expect(HostCPUTimes(parsing: "cpu 1 2 3 4\ncpu0 1 2\n", cpus: [0]) == nil)
        #expect(HostCPUTimes(parsing: "intr 5\ncpu0 1 2 3 4\n", cpus: [0]) == nil)
        let huge = "cpu0 72057594037927935 1 1 1\n"
        #expect(HostCPUTimes(parsing: huge + "cpu1 72057594037927935 1 1 1\n", cpus: [0, 1]) != nil)
    }

    @Test func whatHappenedInAWindow() throws {
        let before = try #require(HostCPUTimes(parsing: "cpu 100 0 0 100 100 0 0 100\n"))
        let after = try #require(HostCPUTimes(parsing: "cpu 160 0 0 120 110 0 0 130\n"))
        let use = try #require(after.since(before, ticksPerSecond: 100).value)
        #expect(use.busyNanoseconds == 600_000_000 && use.idleNanoseconds == 300_000_000)
        #expect(use.stealNanoseconds == 300_000_000 && use.totalNanoseconds == 1_200_000_000)
        #expect(abs(use.stealFraction - 1.0 / 3) < 1e-12)
        #expect(abs(use.othersFraction(ownNanoseconds: 480_000_000) - 0.1) < 1e-12)
        // Clock ticks are coarse: this process may seem to have used more than all.
        #expect(use.othersFraction(ownNanoseconds: .max) == 0)
    }

    @Test func stepsBackAndLeapsDoNotTrap() throws {
        let small = try #require(HostCPUTimes(parsing: "cpu 1 1 1 1 1 1 1 1\n"))
        let large = try #require(
            HostCPUTimes(parsing: "cpu \(Array(repeating: "72057594037927935", count: 8).joined(separator: " "))\n")
        )
        #expect(small.since(large).availability.status == .absent)
        let use = try #require(large.since(small, ticksPerSecond: 1).value)
        #expect(use.stealFraction > 0 && use.totalNanoseconds > 0)
        #expect(small.since(small).value == nil)
        #expect(large.since(small, ticksPerSecond: 0).value != nil)
    }

    @Test func thisHost() throws {
        let before = try #require(HostCPUTimes.read().value)
        usleep(60_000)
        let use = try #require(HostCPUTimes.read().value?.since(before).value)
        #expect(use.totalNanoseconds >= 30_000_000)
        #expect(HostCPUTimes.read(root: HostRoot("/nonexistent")).availability.status == .absent)
    }
}

@Suite struct LoadAverageTests {
    @Test func fields() throws {
        let load = try #require(LoadAverage(parsing: "0.69 12.32 0.14 2/104 13379\n"))
        #expect(load.oneMinute == 0.69 && load.fiveMinutes == 12.32 && load.runnableThreads == 2)
        #expect(LoadAverage.read(root: try FixtureHost("vm-epyc").root).value != nil)
    }

    @Test(arguments: [
        "", "0.69", "0.69 0.32 0.14", "nan 0.32 0.14 2/104 1", "-1 0.32 0.14 2/104 1", "0x1 0.3 0.1 2/104 1",
        "0.6 0.3 0.1 /104 1", "0.6 0.3 0.1 99999999999999999999/1 1", "1.2.3 0.3 0.1 1/1 1",
    ])
    func otherText(text: String) {
        #expect(LoadAverage(parsing: text) == nil)
    }
}

@Suite struct PressureTests {
    @Test func totals() throws {
        let pressure = try #require(
            Pressure(
                parsing: """
                    some avg10=0.01 avg60=1.11 avg300=0.71 total=6444167
                    full avg10=0.00 avg60=0.00 avg300=0.00 total=12
                    """
            )
        )
        #expect(pressure.someMicroseconds == 6_444_167 && pressure.fullMicroseconds == 12)
        let onlySome = try #require(Pressure(parsing: "some avg10=0.00 total=5\n"))
        #expect(onlySome.fullMicroseconds == nil)
        #expect(pressure.someMicroseconds(since: onlySome) == 6_444_162)
        #expect(onlySome.someMicroseconds(since: pressure) == nil)
    }

    @Test(arguments: [
        "", "some", "some avg10=0.00", "full avg10=0.00 total=5", "some total=", "some total=-1", "some total=1x",
        "some total=18446744073709551616", "some total=5 more",
    ])
    func otherText(text: String) {
        #expect(Pressure(parsing: text) == nil)
    }

    @Test func reasons() throws {
        let host = try FixtureHost("vm-epyc")
        for resource in Pressure.Resource.allCases {
            #expect(Pressure.read(resource, root: host.root).availability == .ok)
        }
        let off = HostRoot(host.path, failures: ["/proc/pressure/cpu": EOPNOTSUPP])
        #expect(Pressure.read(.cpu, root: off).availability.remedy?.contains("psi=1") == true)
        #expect(
            Pressure.read(.cpu, root: try FixtureHost("raspberry-pi-5").root).availability.reason?
                .contains("CONFIG_PSI") == true
        )
    }
}
