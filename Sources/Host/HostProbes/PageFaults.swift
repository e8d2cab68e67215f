internal import Glibc

/// Page faults of this process, all threads, since it began: getrusage(2).
public struct PageFaults: Sendable, Hashable {
    /// Served without a device: the page was in memory, or needed zeros only.
    public var minor: UInt64
    /// That waited for a device.
    public var major: UInt64

    /// A count.
    public init(minor: UInt64 = 0, major: UInt64 = 0) {
        (self.minor, self.major) = (minor, major)
    }

    /// Faults so far.
    public static var now: PageFaults {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return PageFaults(minor: UInt64(clamping: usage.ru_minflt), major: UInt64(clamping: usage.ru_majflt))
    }

    /// Faults since `earlier`.
    public func since(_ earlier: PageFaults) -> PageFaults {
        PageFaults(minor: minor &- earlier.minor, major: major &- earlier.major)
    }
}
