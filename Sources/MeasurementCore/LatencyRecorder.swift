internal import Histogram

/// Latencies of one instance: an HDR histogram allocated at full size, with exact extremes and sum beside it.
struct LatencyRecorder {
    /// Nothing longer is told apart: 2.4 hours, past the longest window there can be.
    static let longestNanoseconds: UInt64 = 1 << 43

    /// What one takes, rounded up.
    static let bytes = (192 << 10) + StretchCounter.bytes

    private var histogram = Histogram<UInt32>(
        highestTrackableValue: longestNanoseconds,
        numberOfSignificantValueDigits: .three
    )
    private var minimum = UInt64.max
    private var maximum: UInt64 = 0
    private var sum: UInt64 = 0
    private var stretches = StretchCounter()

    /// Prepares for a window before its first query is counted; allocates nothing.
    mutating func begin(_ window: MeasurementWindow) {
        stretches.begin(from: window.startMoment, to: window.endMoment, middle: window.middleNanoseconds)
    }

    /// Counts one query that ended, or arrived, at a moment; never allocates.
    @inline(__always)
    mutating func record(_ nanoseconds: UInt64, at moment: UInt64) {
        let nanoseconds = min(nanoseconds, Self.longestNanoseconds)
        histogram.record(nanoseconds)
        minimum = min(minimum, nanoseconds)
        maximum = max(maximum, nanoseconds)
        sum &+= nanoseconds
        stretches.record(nanoseconds, at: moment)
    }

    /// Queries counted.
    var count: UInt64 { histogram.totalCount }

    /// Adds another instance's queries.
    mutating func add(_ other: LatencyRecorder) {
        histogram.add(other.histogram)
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        sum &+= other.sum
        stretches.add(other.stretches)
    }

    /// What goes into the record.
    func recorded() -> RecordedLatency {
        var latency = RecordedLatency()
        guard count > 0 else { return latency }
        latency.minimum = minimum
        latency.maximum = maximum
        latency.sum = sum
        latency.bins = histogram.recordedValues().map {
            RecordedLatency.Bin(nanoseconds: $0.value, count: UInt64($0.count))
        }
        latency.stretches = stretches.recorded()
        return latency
    }
}
