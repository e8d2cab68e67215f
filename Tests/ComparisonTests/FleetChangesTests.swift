import EdgeprofAPI
import Glibc
import Statistics
import Testing

@testable import Comparison

@Suite struct FleetChangesTests {
    private func series(_ host: Int, _ medians: [Double]) -> RunSeries {
        RunSeries(
            model: "resnet18",
            hostId: "host-\(host)",
            hostname: "edge-\(host)",
            settings: "1 x 1",
            points: medians.enumerated().map { index, median in
                let digits = String(index, radix: 16)
                return RunSeries.Point(
                    runId: "0199" + String(repeating: "0", count: 4 - digits.count) + digits
                        + "-0000-7000-8000-000000000000",
                    medianMilliseconds: median
                )
            }
        )
    }

    private func noise(_ count: Int, _ random: inout RandomSource, level: Double = 20, spread: Double = 0.01)
        -> [Double]
    {
        (0..<count).map { _ in level * exp(spread * random.normal()) }
    }

    @Test func whatWhenAndHowMuch() throws {
        var random = RandomSource(seed: 31)
        let medians = noise(20, &random) + noise(10, &random, level: 21)
        let fleet = FleetChanges(in: [series(1, medians), series(2, noise(32, &random)), series(3, noise(5, &random))])
        #expect(fleet.checked == 2 && fleet.tooShort == 1)
        let change = try #require(fleet.changes.first)
        #expect(fleet.changes.count == 1 && change.hostname == "edge-1")
        #expect(abs(change.runsBefore - 20) <= 2 && change.runsBefore + change.runsAfter == 30)
        #expect(abs(change.ratio - 1.05) < 0.02)
        let ends = try #require(change.ratioInterval)
        #expect(ends[0] < 1.05 && 1.05 < ends[1] && ends[0] > 1.02)
        #expect(change.lastBefore < change.firstAfter)
        // Ids name the moment: 0x01990013 0000 ms and so on.
        #expect(change.firstAfter.millisecondsSinceEpoch == (0x0199_0000 + Int64(change.runsBefore)) << 16)
    }

    @Test func onlyTheLatestWindowCountsInAnyOrder() {
        var random = RandomSource(seed: 32)
        // The change lies 40 runs back.
        let old = noise(10, &random, level: 10) + noise(40, &random)
        #expect(FleetChanges(in: [series(1, old)]).changes.isEmpty)
        var shuffled = series(2, noise(16, &random) + noise(16, &random, level: 22))
        let sorted = FleetChanges(in: [shuffled])
        shuffled.points.reverse()
        #expect(FleetChanges(in: [shuffled]) == sorted)
        #expect(sorted.changes.count == 1)
    }

    @Test func absurdPointsDoNotTrap() {
        for value in [0, -1, .nan, .infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            let fleet = FleetChanges(in: [series(1, [Double](repeating: value, count: 40))])
            #expect(fleet.changes.isEmpty)
        }
        var bad = series(1, [Double](repeating: 10, count: 16) + [Double](repeating: 20, count: 16))
        for index in bad.points.indices { bad.points[index].runId = "not a run \(index)" }
        #expect(FleetChanges(in: [bad]).changes.isEmpty)
        #expect(FleetChanges(in: []).checked == 0)
    }

    /// In control: 400 streams of independent medians, checked after every run for as long as 6,000 runs.
    ///
    /// The mean number of checks to the first false alarm must be at least 1,000, whatever the distribution.
    @Test(arguments: ["normal", "heavy", "skewed"])
    func inControlRunLength(shape: String) {
        var random = RandomSource(seed: 33, name: shape)
        let longest = 6000
        var checks = 0
        var alarms = 0
        for _ in 0..<400 {
            var stream: [Double] = []
            while stream.count < longest {
                let value =
                    switch shape {
                    case "normal": random.normal()
                    case "heavy": random.normal() * random.studentScale(degreesOfFreedom: 2)
                    default: -log(random.positiveUniform())
                    }
                stream.append(value)
                let latest = Array(stream.suffix(RunSeries.window))
                guard latest.count >= RunSeries.fewestRuns else { continue }
                checks += 1
                if let cusum = RankCUSUM(latest), cusum.pValue <= RunSeries.level {
                    alarms += 1
                    break
                }
            }
        }
        // The sum of all checks over the alarms: the mean of a geometric-like length, cut ones included.
        let length = Double(checks) / Double(max(1, alarms))
        print("covered: in-control run length, \(shape): \(Int(length)) checks, \(alarms) alarms in \(checks)")
        #expect(length >= 1000, "\(shape): \(length)")
    }

    /// 300 fleets of 200 streams of which 20 change by 2 to 10 %: at most 5 % of the findings are false, on average.
    @Test func falseDiscoveriesOfAFleet() {
        var random = RandomSource(seed: 34)
        var share = 0.0
        var found = 0
        var anyInQuiet = 0
        var covered = 0
        let fleets = 300
        for fleet in 0..<fleets {
            let isQuiet = fleet >= 200
            let all = (0..<200).map { host -> RunSeries in
                let changed = host < 20 && !isQuiet
                let factor = changed ? 1.02 + 0.08 * random.uniform() : 1
                return series(host, noise(20, &random) + noise(12, &random, level: 20 * factor))
            }
            let changes = FleetChanges(in: all).changes
            if isQuiet {
                anyInQuiet += changes.isEmpty ? 0 : 1
                continue
            }
            let wrong = changes.count { Int($0.hostId.dropFirst(5)) ?? 0 >= 20 }
            share += Double(wrong) / Double(max(1, changes.count)) / 200
            found += changes.count - wrong
            covered += changes.count { ($0.ratioInterval?[0] ?? 9) > 1 }
        }
        print(
            "covered: false discoveries \(share), found \(found) of 4000, quiet fleets with a finding \(anyInQuiet) of 100"
        )
        #expect(share <= 0.05, "\(share)")
        #expect(anyInQuiet <= 11, "\(anyInQuiet)")
        #expect(found >= 3800, "\(found)")
    }
}
