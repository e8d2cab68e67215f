internal import Glibc
internal import HostInfo
internal import KernelDispatch

/// Measures the most this host can do on so many threads at once, in this process, which does nothing else.
public enum CeilingMeasurement {
    /// Address space the runtime is left for itself.
    private static let spareBytes = 8 << 20

    /// Limits this process, runs the loops and reports.
    ///
    /// - Parameter arguments: on how many threads, with which instructions, where.
    /// - Returns: the best of each loop's rounds: a ceiling is a maximum, and what disturbs a round only lowers it.
    /// - Throws: why nothing could be measured; a level that could not be is in the record with its reason.
    public static func run(_ arguments: CeilingArguments) throws(MeasurementFailure) -> RecordedCeilings {
        ProcessLimits.beExpendable()
        if let cpus = arguments.cpus { try ProcessLimits.hold(to: cpus) }
        _ = try arguments.memoryLimit?.apply(spareBytes: spareBytes)
        let (peak, load) = try loops(of: arguments.isa)
        let threads = arguments.threads
        let cpus = CPUAffinity.current ?? CPUList([0])
        try ProcessLimits.requireAddressSpace(bytes: spareBytes + threads * MeasurementThread.stackBytes)

        var levels = CeilingLevels(
            caches: CacheLevel.read(cpus: cpus),
            cpus: cpus.cpus.count,
            threads: threads,
            availableBytes: availableBytes(limit: arguments.memoryLimit?.bytes)
        ).levels
        let largest = levels.compactMap(\.bytesPerThread).max() ?? 0
        let buffer = try LoadBuffer(bytesPerThread: largest, threads: threads)
        let rounds = CeilingRounds(threads: threads, peak: peak, load: load, buffer: buffer, levels: levels)
        let best = try rounds.run()
        guard best.macsPerSecond.isFinite, best.macsPerSecond > 0 else { throw .failed("the clock stood still") }
        for index in levels.indices where levels[index].bytesPerThread != nil && best.bytesPerSecond[index] <= 0 {
            levels[index].bytesPerThread = nil
            levels[index].reason = "the clock stood still"
        }
        return RecordedCeilings(
            isa: arguments.isa,
            threads: UInt32(clamping: threads),
            macsPerSecond: best.macsPerSecond,
            levels: levels.indices.map { index in
                let level = levels[index]
                let isKnown = level.bytesPerThread != nil
                return RecordedCeilingLevel(
                    level: level.level,
                    bytes: level.bytes,
                    sharers: UInt32(clamping: level.sharers),
                    availability: isKnown ? .ok : level.isShortOfMemory ? .denied : .absent,
                    reason: isKnown ? "" : level.reason,
                    bytesPerSecond: isKnown ? best.bytesPerSecond[index] : 0
                )
            }
        )
    }

    /// The loops of an instruction set.
    ///
    /// - Throws: `refused` where this host cannot run them.
    static func loops(of isa: String) throws(MeasurementFailure) -> (MultiplyPeak, LoadBandwidth) {
        let usable = KernelDispatch.usableInstructionSets().map(\.rawValue)
        guard usable.contains(isa), let peak = MultiplyPeak.of(isa), let load = LoadBandwidth.of(isa) else {
            throw .refused("no loop of instruction set \(isa) can run here")
        }
        return (peak, load)
    }

    /// Bytes that may be taken: half of what the system has free, and of what limits leave.
    private static func availableBytes(limit: UInt64?) -> Int {
        var bytes = CeilingLevels.mostBytes * 2
        if let text = try? HostRoot.system.read("/proc/meminfo").get(), let free = memoryAvailable(text) {
            bytes = min(bytes, free)
        }
        if let left = HostInfo.current().cgroupLimits.memoryLeftBytes { bytes = min(bytes, Int(clamping: left)) }
        if let limit { bytes = min(bytes, Int(clamping: limit)) }
        return bytes / 2
    }

    /// `MemAvailable` of `/proc/meminfo`, bytes.
    static func memoryAvailable(_ text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count >= 2, words[0] == "MemAvailable:", let kibibytes = Int(words[1]), kibibytes >= 0
            else { continue }
            return kibibytes.multipliedReportingOverflow(by: 1024).overflow ? nil : kibibytes * 1024
        }
        return nil
    }
}

/// Memory the threads read, each its own part.
final class LoadBuffer: @unchecked Sendable {
    // Unchecked: it is written before it is shared, page by page by the thread that reads it.
    let base: UnsafeMutableRawPointer
    let bytesPerThread: Int
    private let bytes: Int

    /// Takes memory from the system.
    ///
    /// - Throws: `outOfMemory`.
    init(bytesPerThread: Int, threads: Int) throws(MeasurementFailure) {
        self.bytesPerThread = bytesPerThread
        bytes = max(4096, bytesPerThread * threads)
        guard let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            memory != MAP_FAILED
        else { throw .outOfMemory("\(bytes >> 10) KiB to read from are more than the memory limit leaves") }
        base = memory
        // Fewer page faults; where the kernel will not, it takes longer.
        madvise(memory, bytes, MADV_HUGEPAGE)
    }

    deinit { munmap(base, bytes) }

    /// A thread's part.
    func part(_ thread: Int) -> UnsafeMutableRawPointer { base + thread * bytesPerThread }

    /// Writes to each page of a thread's part: until then all of them are one page of zeros.
    func touch(_ thread: Int) {
        let part = part(thread)
        var offset = 0
        while offset < bytesPerThread {
            part.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
            offset += 4096
        }
    }
}
