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
        let cpus: [Int]?
        let root: HostRoot
        private let firmware: String?

        init(cpus: [Int]?, root: HostRoot) {
            self.cpus = cpus
            self.root = root
            firmware = FirmwareThrottling.path(root: root)
        }

        func look() {
            // Read before the lock is taken: whoever stops the window must not wait for files. The time is that before reading, so
            // that a slow sensor makes no gap.
            let time = MonotonicClock.nanoseconds
            var look = FrequencyLook.take(cpus: cpus, root: root)
            look.firmware = firmware.flatMap { FirmwareThrottling.read($0, root: root) }
            sums.withLock { $0?.add(look, at: time) }
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
    /// - Returns: what was seen; frequency and heat are nil in it where this host shows none. Unavailable without a window.
    public func stop() -> Reading<FrequencyRecord> {
        sampler.pause()
        watch.look()
        let sums = watch.sums.withLock { sums -> FrequencyRecord.Sums? in
            defer { sums = nil }
            return sums
        }
        guard var record = sums?.record else { return .unavailable(.absent("no window was begun")) }
        // Nobody looked in between, which is no standing still.
        if !sampler.isAlive { record.longestGapNanoseconds = nil }
        return .value(record)
    }
}

/// What one look at clock and heat shows.
public struct FrequencyLook: Sendable, Hashable {
    /// The fastest of the CPUs looked at, in hertz; nil without frequencies.
    ///
    /// A CPU that rests runs slowly and tells nothing.
    public var hertz: Int64?
    /// The hottest sensor, in degrees Celsius; nil without sensors.
    public var celsius: Double?
    /// Whether a cooling device slowed the processor; nil where none shows.
    public var isSlowed: Bool?
    /// What a Raspberry Pi's firmware says; nil elsewhere.
    var firmware: FirmwareThrottling?

    /// Makes a look.
    public init(hertz: Int64? = nil, celsius: Double? = nil, isSlowed: Bool? = nil) {
        self.hertz = hertz
        self.celsius = celsius
        self.isSlowed = isSlowed
    }

    /// Looks.
    ///
    /// - Parameters:
    ///   - cpus: those the measured process may use; nil for all that are online.
    ///   - root: where `/sys` is.
    /// - Returns: what shows; nothing is waited for.
    public static func take(cpus: [Int]?, root: HostRoot = .system) -> FrequencyLook {
        let slowing = CoolingDevice.read(root: root).value?.filter(\.slowsProcessor) ?? []
        return FrequencyLook(
            hertz: CPUFrequency.fastestHertz(cpus: cpus, root: root),
            celsius: ThermalZone.read(root: root).value?.map(\.celsius).max(),
            isSlowed: slowing.isEmpty ? nil : slowing.contains { $0.state > 0 }
        )
    }
}
