/// What others, and the box itself, did to the window.
public struct RecordedLoad: Sendable, Hashable {
    /// The share of the window in which some thread of the host waited for a CPU, 0...1; this process's own among them.
    public var cpuPressureFraction = RecordedValue.notLookedAt
    /// The share in which some thread waited for memory.
    public var memoryPressureFraction = RecordedValue.notLookedAt
    /// The share in which some thread waited for a device.
    public var ioPressureFraction = RecordedValue.notLookedAt
    /// The share of the window in which threads of others alone waited for a CPU, at least, 0...1: for want of run-queue times.
    public var pressureByOthersFraction = RecordedValue.notLookedAt
    /// Waiting of others' threads in the run queues of the process's CPUs, over those CPUs' time; may exceed 1.
    public var othersWaitFraction = RecordedValue.notLookedAt
    /// The same of this process's own threads.
    public var ownWaitFraction = RecordedValue.notLookedAt
    /// Pages others swapped in or out.
    public var swapByOthersPages = RecordedValue.notLookedAt
    /// CPUs of the host that went offline.
    public var vanishedCPUs = RecordedValue.notLookedAt
    /// CPUs of the host that came online.
    public var newCPUs = RecordedValue.notLookedAt
    /// How long the whole box was suspended, in nanoseconds.
    public var suspendedNanoseconds = RecordedValue.notLookedAt

    /// Makes a record of nothing.
    public init() {}

    /// The numbers in the record's order, each with the range it must lie in.
    static let values: [(any WritableKeyPath<RecordedLoad, RecordedValue> & Sendable, ClosedRange<Double>)] = [
        (\.cpuPressureFraction, 0...1), (\.memoryPressureFraction, 0...1), (\.ioPressureFraction, 0...1),
        (\.pressureByOthersFraction, 0...1), (\.othersWaitFraction, 0...1e6), (\.ownWaitFraction, 0...1e6),
        (\.swapByOthersPages, 0...1e18), (\.vanishedCPUs, 0...1e6), (\.newCPUs, 0...1e6),
        (\.suspendedNanoseconds, 0...1e18),
    ]
}

extension RecordBytes {
    mutating func append(_ load: RecordedLoad) {
        for (path, _) in RecordedLoad.values { append(load[keyPath: path]) }
    }
}

extension RecordReader {
    mutating func load() throws(RecordError) -> RecordedLoad {
        var load = RecordedLoad()
        for (path, range) in RecordedLoad.values { load[keyPath: path] = try value(in: range) }
        return load
    }
}
