internal import Glibc
public import HostInfo

/// Pages swapped in and out since the host started, and one process's part in it.
///
/// `/proc/vmstat`: `pswpin`, `pswpout`, in pages, all processes. A process's own: VmSwap of its `status`, and major faults, field 12 of its
/// `stat`. Formats: proc_vmstat(5), proc_pid_stat(5).
public struct SwapActivity: Sendable, Hashable {
    /// Pages read back, by all.
    public var pagesIn: UInt64
    /// Pages written out, by all.
    public var pagesOut: UInt64
    /// What the process has swapped out now, in bytes; nil where it is not known.
    public var ownSwappedBytes: Int64?
    /// Faults of the process that waited for a device.
    public var ownMajorFaults: UInt64?
    /// Pages the kernel reads at a time when one is missed: 2 to the power of `/proc/sys/vm/page-cluster`.
    public var pagesPerFault: UInt64

    /// Reads the counters.
    public static func read(_ process: ProcessSelector = .current, root: HostRoot = .system) -> Reading<SwapActivity> {
        switch root.read("/proc/vmstat") {
        case .failure(let error): return .unavailable(error.availability(absent: "there is no /proc/vmstat"))
        case .success(let text):
            guard let (pagesIn, pagesOut) = swapped(vmstat: text) else {
                return .unavailable(.absent("/proc/vmstat counts no swapping: the kernel has no swap"))
            }
            let cluster = root.readValue("/proc/sys/vm/page-cluster")?.decimal ?? 3
            return .value(
                SwapActivity(
                    pagesIn: pagesIn,
                    pagesOut: pagesOut,
                    ownSwappedBytes: ProcessMemory.read(process, root: root).value?.swappedBytes,
                    ownMajorFaults: (try? root.read(process.folder + "/stat", limitBytes: 4096).get())
                        .flatMap(majorFaults),
                    pagesPerFault: 1 << min(cluster, 16)
                )
            )
        }
    }

    static func swapped(vmstat text: String) -> (UInt64, UInt64)? {
        var pagesIn: UInt64?
        var pagesOut: UInt64?
        for line in text.lines {
            let words = line.words
            guard words.count == 2 else { continue }
            if words[0] == "pswpin" { pagesIn = words[1].decimal }
            if words[0] == "pswpout" { pagesOut = words[1].decimal }
        }
        guard let pagesIn, let pagesOut else { return nil }
        return (pagesIn, pagesOut)
    }

    /// The major faults of a `stat`, its field 12.
    ///
    /// The program's name, field 2 and in parentheses, may hold anything: counted from the last parenthesis.
    static func majorFaults(stat text: String) -> UInt64? {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].trimmed.words
        return fields.count > 9 ? fields[9].decimal : nil
    }

    /// What others swapped since `earlier`; nil if the counters went back.
    ///
    /// Each own major fault is taken to have read as many pages as the kernel reads at a time, so others are never blamed for this process.
    ///
    /// - Parameters:
    ///   - earlier: a reading of the same host and process before.
    ///   - pageBytes: the kernel's page size.
    /// - Returns: pages read and pages written.
    public func byOthers(
        since earlier: SwapActivity,
        pageBytes: Int64 = pageBytes
    ) -> (pagesIn: UInt64, pagesOut: UInt64)? {
        guard pagesIn >= earlier.pagesIn, pagesOut >= earlier.pagesOut else { return nil }
        let faults = (ownMajorFaults ?? 0).subtractingReportingOverflow(earlier.ownMajorFaults ?? 0)
        let ownIn = (faults.overflow ? 0 : faults.partialValue).multipliedReportingOverflow(by: pagesPerFault)
        let growth = (ownSwappedBytes ?? 0).subtractingReportingOverflow(earlier.ownSwappedBytes ?? 0)
        // What it got back in the window it may have lost in the window too.
        let ownGrowth = growth.overflow ? 0 : max(0, growth.partialValue) / max(1, pageBytes)
        let ownOut = UInt64(ownGrowth)
        let (inAll, outAll) = (pagesIn - earlier.pagesIn, pagesOut - earlier.pagesOut)
        return (inAll - min(inAll, ownIn.overflow ? .max : ownIn.partialValue), outAll - min(outAll, ownOut))
    }

    /// The kernel's page size.
    public static var pageBytes: Int64 { Int64(max(1, sysconf(Int32(_SC_PAGESIZE)))) }
}

extension SwapActivity: Probe {
    /// `swap-activity`.
    public static let name = "swap-activity"

    /// Whether swapping can be seen.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: read(root: root))
    }
}
