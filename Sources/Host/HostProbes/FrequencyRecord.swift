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
    /// The mean of the window's first third; nil with fewer than three looks a third.
    public var firstThirdHertz: Int64?
    /// The mean of its last third.
    public var lastThirdHertz: Int64?
    /// The hottest sensor at any time, in degrees Celsius; nil without sensors.
    public var hottestCelsius: Double?
    /// The share of looks in which a cooling device slowed the processor; nil where none shows.
    public var slowedFraction: Double?
    /// The longest time between two looks, in nanoseconds; nil where nobody could look in between.
    ///
    /// Much more than the sampling period when the process, or the whole box, stood still.
    public var longestGapNanoseconds: UInt64?
    /// What a Raspberry Pi's firmware said in any look that slowed the processor.
    public var firmwareReasons: [String] = []

    /// Looks added up, in room that does not grow with the window.
    struct Sums: Sendable {
        private var looks = 0
        private var slowed = 0
        private var withCooling = 0
        private var clock = FrequencyTrace()
        private var lowest = Int64.max
        private var highest: Int64 = 0
        private var hottest: Double?
        private var firmware: Set<String> = []
        private var first: UInt64?
        private var latest: UInt64?
        private var longestGap: UInt64 = 0

        mutating func add(_ look: FrequencyLook, at nanoseconds: UInt64) {
            looks += 1
            if let latest, nanoseconds > latest { longestGap = max(longestGap, nanoseconds - latest) }
            latest = max(latest ?? 0, nanoseconds)
            let begin = first ?? nanoseconds
            first = begin
            if let flags = look.firmware {
                firmware.formUnion(flags.now)
                // A lasting bit may tell of the time before the window at first.
                let isOurs = nanoseconds &- begin >= FirmwareThrottling.memoryNanoseconds
                if isOurs { firmware.formUnion(flags.ever) }
            }
            if let isSlowed = look.isSlowed {
                withCooling += 1
                if isSlowed { slowed += 1 }
            }
            if let celsius = look.celsius { hottest = max(hottest ?? celsius, celsius) }
            guard let hertz = look.hertz else { return }
            lowest = min(lowest, hertz)
            highest = max(highest, hertz)
            clock.add(Double(hertz))
        }

        var record: FrequencyRecord? {
            guard looks > 0 else { return nil }
            let thirds = clock.thirds
            return FrequencyRecord(
                samples: looks,
                lowestHertz: clock.mean == nil ? nil : lowest,
                meanHertz: clock.mean.map { Int64($0) },
                highestHertz: clock.mean == nil ? nil : highest,
                firstThirdHertz: thirds.map { Int64($0.first) },
                lastThirdHertz: thirds.map { Int64($0.last) },
                hottestCelsius: hottest,
                slowedFraction: withCooling > 0 ? Double(slowed) / Double(withCooling) : nil,
                longestGapNanoseconds: longestGap,
                firmwareReasons: FirmwareThrottling.reasons.filter(firmware.contains)
            )
        }
    }
}

/// A series of frequencies in bounded room: when it is full, neighbours become their mean.
struct FrequencyTrace: Sendable {
    /// A window of a minute is kept look by look, one of an hour in pieces of half a minute.
    static let capacity = 240
    /// A third of fewer looks is no mean.
    static let fewestLooksOfAThird = 3

    /// Means of `stride` looks each.
    private var means: [Double] = []
    private var stride = 1
    private var pending = (sum: 0.0, count: 0)
    private var total = (sum: 0.0, count: 0)

    mutating func add(_ hertz: Double) {
        total = (total.sum + hertz, total.count + 1)
        pending = (pending.sum + hertz, pending.count + 1)
        guard pending.count == stride else { return }
        means.append(pending.sum / Double(stride))
        pending = (0, 0)
        guard means.count == Self.capacity else { return }
        means = Swift.stride(from: 0, to: means.count, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
        stride *= 2
    }

    var mean: Double? { total.count > 0 ? total.sum / Double(total.count) : nil }

    /// The means of the first and the last third.
    var thirds: (first: Double, last: Double)? {
        let third = means.count / 3
        guard third >= Self.fewestLooksOfAThird else { return nil }
        func mean(_ part: ArraySlice<Double>) -> Double { part.reduce(0, +) / Double(part.count) }
        return (mean(means.prefix(third)), mean(means.suffix(third)))
    }
}
