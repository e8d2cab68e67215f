import EdgeprofAPI
import Glibc
import Statistics

/// A fleet whose truth is known: three models on three tiers, measured on so many hosts that differ at random.
///
/// A host's effect on the logarithms of throughput and latency is normal with a standard deviation of 10 %, half of its variance
/// shared by all models on that host: a box that is slow with one model is slow with the next. Accuracies are counted on images.
/// The truth is what infinitely many hosts and images would show.
struct SimulatedFleet {
    static let spread = 0.1
    static let sharedVariance = 0.5
    static let images = 5000

    let deployment: Deployment
    let tiers: TierList
    /// What was measured, with every host.
    let measured: MeasurementSet
    /// What infinitely many hosts and images would have shown.
    let truth: MeasurementSet

    /// Draws a fleet.
    ///
    /// - Parameters:
    ///   - seed: Says which.
    ///   - hosts: Hosts of each tier.
    ///   - extraHosts: Hosts of one more tier, too dear for anything but what is learnt of the spread; 0 for no such tier.
    init(seed: UInt64, hosts: Int, extraHosts: Int = 0) {
        var random = RandomSource(seed: seed, name: "fleet of \(hosts)")
        let tierCount = extraHosts > 0 ? 4 : 3
        tiers = TierList(
            tiers: (0..<tierCount).map { index in
                Tier(
                    id: "tier-\(index)",
                    priceUsd: index == 3 ? 1_000_000 : 60 * exp(0.7 * random.normal()),
                    memoryMib: 4096,
                    idleWatts: 3,
                    activeWatts: 9,
                    osReserveMib: 300,
                    maintenancePerYear: 0.1
                )
            }
        )
        deployment = Deployment(
            demand: Deployment.Demand(inferencesPerSecond: 4000 * exp(0.5 * random.normal()), duty: 0.5, sites: 10),
            slo: Deployment.ServiceLevel(percentile: 99, milliseconds: 1000),
            years: 3,
            discount: 0.08,
            usdPerKwh: 0.15,
            value: Deployment.Value(correctUsd: 2e-6)
        )
        let models = (0..<3).map { _ in (work: exp(0.5 * random.normal()), accuracy: 0.6 + 0.2 * random.uniform()) }
        let speeds = (0..<tierCount).map { _ in 30 * exp(0.5 * random.normal()) }
        var measured: [TierMeasurement] = []
        var truth: [TierMeasurement] = []
        for (index, model) in models.enumerated() {
            // A binomial number, by the normal it is close to with so many images.
            let mean = Double(Self.images) * model.accuracy
            let correct = (mean + (mean * (1 - model.accuracy)).squareRoot() * random.normal()).rounded()
            for (tier, speed) in speeds.enumerated() {
                let rate = speed / model.work * exp(0.1 * random.normal())
                let count = tier == 3 ? extraHosts : hosts
                var effects = RandomSource(seed: seed, name: "hosts \(tier) of \(hosts)")
                let shared = (0..<count).map { _ in effects.normal() }
                let figures = shared.map { common -> (rate: Double, milliseconds: Double) in
                    let own = random.normal()
                    let effect =
                        Self.sharedVariance.squareRoot() * common + (1 - Self.sharedVariance).squareRoot() * own
                    // Latency goes with the service time, and a little its own way.
                    let latency = -0.95 * effect + (1 - 0.95 * 0.95).squareRoot() * random.normal()
                    return (rate * exp(Self.spread * effect), 1200 / rate * exp(Self.spread * latency))
                }
                var entry = TierMeasurement(
                    model: "model-\(index)",
                    tier: "tier-\(tier)",
                    throughputPerSecond: Quantiles.median(figures.map(\.rate)) ?? 0,
                    latencyMilliseconds: Self.latency(
                        figures.reduce(0) { $0 + $1.milliseconds } / Double(figures.count)
                    ),
                    peakRssMib: 80,
                    accuracy: .init(
                        value: correct / Double(Self.images),
                        source: "evaluated",
                        images: Self.images
                    ),
                    serviceTimeCv2: 0.1,
                    hosts: figures.enumerated().map { host, figure in
                        let time = figure.milliseconds
                        return .init(
                            id: "tier-\(tier)-host-\(host)",
                            runs: [
                                .init(
                                    throughputPerSecond: figure.rate,
                                    p50: time,
                                    p90: time,
                                    p99: time,
                                    peakRssMib: 80
                                )
                            ]
                        )
                    }
                )
                measured.append(entry)
                entry.throughputPerSecond = rate
                entry.latencyMilliseconds = Self.latency(1200 / rate * exp(Self.spread * Self.spread / 2))
                entry.accuracy = .init(value: model.accuracy, source: "given")
                entry.hosts = []
                truth.append(entry)
            }
        }
        self.measured = MeasurementSet(measurements: measured)
        self.truth = MeasurementSet(measurements: truth)
    }

    private static func latency(_ milliseconds: Double) -> TierMeasurement.Latency {
        TierMeasurement.Latency(p50: milliseconds, p90: milliseconds, p99: milliseconds)
    }
}

/// How often intervals held the truth, and how often a choice said to be best was.
struct Coverage {
    var intervals = 0
    var held = 0
    var claims = 0
    var rightClaims = 0

    /// The share of intervals that held the truth.
    var share: Double { Double(held) / Double(max(1, intervals)) }
    /// The share of claims that were right.
    var rightShare: Double { Double(rightClaims) / Double(max(1, claims)) }

    /// Takes in one fleet.
    mutating func add(measured: RankingResult, truth: RankingResult) {
        let best = truth.choices.first { $0.feasible }
        for choice in measured.choices where choice.tier != "tier-3" {
            let real = truth.choices.first { $0.model == choice.model && $0.tier == choice.tier }
            if let ends = choice.roiInterval, let roi = real?.roi {
                intervals += 1
                if ends[0] <= roi && roi <= ends[1] { held += 1 }
            }
            if let pBest = choice.pBest, pBest >= 0.9 {
                claims += 1
                if choice.model == best?.model && choice.tier == best?.tier { rightClaims += 1 }
            }
        }
    }
}

extension SimulatedFleet {
    /// The variance of the median of so many standard normal numbers, simulated.
    static func varianceOfMedian(of count: Int, rounds: Int) -> Double {
        var random = RandomSource(seed: UInt64(count))
        var sum = 0.0
        for _ in 0..<rounds {
            let median = Quantiles.median((0..<count).map { _ in random.normal() }) ?? 0
            sum += median * median
        }
        return sum / Double(rounds)
    }
}
