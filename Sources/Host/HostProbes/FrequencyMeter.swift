public import HostInfo
internal import Synchronization

/// Watches frequency, heat and cooling throughout a window: what two looks at its ends would miss.
///
/// A thread of its own looks four times a second, asleep in between. As with `EnergyMeter`, make it before counters are opened.
public final class FrequencyMeter: Sendable {
    private let watch: Watch
    private let sampler: BackgroundSampler

    /// The time between two looks, in nanoseconds.
    public static let samplingPeriodNanoseconds: UInt64 = 250_000_000

    private final class Watch: Sendable {
        let sums = Mutex<FrequencyRecord.Sums?>(nil)
        let cpus: Set<Int>?
        let root: HostRoot

        init(cpus: [Int]?, root: HostRoot) {
            self.cpus = cpus.map { Set($0) }
            self.root = root
        }

        func look() {
            // Read before the lock is taken: whoever stops the window must not wait for files.
            let frequencies = CPUFrequency.read(root: root).value?.filter { cpus?.contains($0.cpu) ?? true }
            let hottest = ThermalZone.read(root: root).value?.map(\.celsius).max()
            let isSlowed = CoolingDevice.read(root: root).value?.contains { $0.slowsProcessor && $0.state > 0 }
            sums.withLock {
                $0?.add(hertz: frequencies?.map(\.bestHertz).max(), celsius: hottest, isSlowed: isSlowed ?? false)
            }
        }
    }

    /// A meter of some CPUs, its thread asleep.
    ///
    /// - Parameters:
    ///   - cpus: those the measured process may use; nil for all.
    ///   - root: where `/sys` is.
    public init(cpus: [Int]? = nil, root: HostRoot = .system) {
        let watch = Watch(cpus: cpus, root: root)
        self.watch = watch
        sampler = BackgroundSampler(periodNanoseconds: Self.samplingPeriodNanoseconds) { watch.look() }
    }

    /// Begins a window; one already begun is forgotten.
    public func start() {
        watch.sums.withLock { $0 = FrequencyRecord.Sums() }
        watch.look()
        sampler.resume()
    }

    /// Ends the window.
    ///
    /// - Returns: what was seen, or why nothing was.
    public func stop() -> Reading<FrequencyRecord> {
        sampler.pause()
        watch.look()
        let sums = watch.sums.withLock { sums -> FrequencyRecord.Sums? in
            defer { sums = nil }
            return sums
        }
        guard let sums else { return .unavailable(.absent("no window was begun")) }
        return sums.record.map { .value($0) } ?? .unavailable(.absent("this host shows neither frequency nor heat"))
    }
}

/// Frequency and heat over a window.
public struct FrequencyRecord: Sendable, Hashable {
    /// Looks taken.
    public var samples: Int
    /// The lowest of the looks, in hertz; nil without frequencies.
    ///
    /// A look is the fastest of the CPUs, for one that rests runs slowly.
    public var lowestHertz: Int64?
    /// The mean of the looks.
    public var meanHertz: Int64?
    /// The highest of the looks.
    public var highestHertz: Int64?
    /// The hottest sensor at any time, in degrees Celsius; nil without sensors.
    public var hottestCelsius: Double?
    /// The share of looks in which a cooling device slowed the processor.
    public var slowedFraction: Double

    struct Sums: Sendable {
        var looks = 0
        var withHertz = 0
        var slowed = 0
        var lowest = Int64.max
        var highest: Int64 = 0
        var sum = 0.0
        var hottest: Double?

        mutating func add(hertz: Int64?, celsius: Double?, isSlowed: Bool) {
            looks += 1
            if isSlowed { slowed += 1 }
            if let celsius { hottest = max(hottest ?? celsius, celsius) }
            guard let hertz else { return }
            withHertz += 1
            lowest = min(lowest, hertz)
            highest = max(highest, hertz)
            sum += Double(hertz)
        }

        var record: FrequencyRecord? {
            guard looks > 0, withHertz > 0 || hottest != nil else { return nil }
            return FrequencyRecord(
                samples: looks,
                lowestHertz: withHertz > 0 ? lowest : nil,
                meanHertz: withHertz > 0 ? Int64(sum / Double(withHertz)) : nil,
                highestHertz: withHertz > 0 ? highest : nil,
                hottestCelsius: hottest,
                slowedFraction: Double(slowed) / Double(looks)
            )
        }
    }
}
