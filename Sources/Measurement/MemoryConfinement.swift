internal import EdgeprofAPI
internal import HostProbes
internal import MeasurementCore

/// How one child is held to a memory limit: by a control group where the kernel allows it, else by its address space.
struct MemoryConfinement: ~Copyable {
    /// The limit.
    let bytes: UInt64
    private var owned: OwnedMemoryGroup?
    /// Why there is no group.
    private var refusal: String?

    /// Makes a group for the child.
    ///
    /// - Parameters:
    ///   - bytes: the limit.
    ///   - files: where groups are made; nil to make none.
    init(bytes: UInt64, files: (any ControlGroupFiles)?) {
        self.bytes = bytes
        guard let files else {
            refusal = "control groups are not to be used"
            return
        }
        do throws(MemoryGroupRefusal) {
            owned = try OwnedMemoryGroup(limitBytes: bytes, daemonID: WorkerSide.daemonID, files: files)
        } catch {
            refusal = error.description
        }
    }

    deinit { owned?.remove() }

    /// The child's group, nil for an address-space limit.
    var group: MemoryGroup? { owned?.group }

    /// Gives the group up.
    mutating func fallBack(because reason: String) {
        owned?.remove()
        (owned, refusal) = (nil, reason)
    }

    /// What the child is told, right before it is started.
    ///
    /// - Parameter file: what it is going to map. Pages are charged to the group that touches them first, so those that
    ///   packing or an earlier run left in memory are dropped; what cannot be dropped is told to the child.
    /// - Returns: the limit as the child's arguments say it.
    func argument(mapping file: FileDescriptor?) -> ChildMemoryLimit {
        guard let group else { return ChildMemoryLimit(bytes: bytes) }
        return ChildMemoryLimit(
            bytes: bytes,
            groupFolder: group.folder,
            chargedElsewhereBytes: file.map { PageCache.drop($0) } ?? 0
        )
    }

    /// What came of it, after the child has ended.
    func outcome(of end: ChildEnd) -> Run.MemoryLimit {
        var outcome = Run.MemoryLimit(bytes: bytes, mechanism: .addressSpace, reason: refusal)
        if let group {
            outcome.mechanism = group.version == .v2 ? .cgroupV2 : .cgroupV1
            // The child has lowered the group's limit by what others are charged for.
            let elsewhere = bytes.subtractingReportingOverflow(group.limitBytes ?? bytes)
            // Nothing was charged to a group that was never entered.
            if let peak = group.peakBytes, peak > 0 {
                outcome.peakBytes = peak &+ (elsewhere.overflow ? 0 : elsewhere.partialValue)
            }
        }
        if let record = end.record {
            outcome.majorFaults = record.memory.windowFaults.major
            outcome.refaults = record.memoryLimit.map { MeasuredValue($0.refaults) }
            outcome.reclaimedPages = record.memoryLimit.map { MeasuredValue($0.reclaimedPages) }
            outcome.scannedPages = record.memoryLimit.map { MeasuredValue($0.scannedPages) }
            outcome.pressureShare = record.memoryLimit.map { MeasuredValue($0.pressureShare) }
        }
        outcome.verdict = Self.verdict(end.outcome, end.record, refaultsInAll: group?.activity.refaults)
        return outcome
    }

    /// Pages read back a second of the window from which on a run counts as slowed down.
    ///
    /// A page that must be read costs 0.1 ms of waiting on a device of ten thousand reads a second, so a hundred of them
    /// are a hundredth of the time. A run that keeps its pages reads none.
    static let slowPagesPerSecond = 100.0

    /// What the limit did; nil where the run says nothing about it.
    ///
    /// - Parameters:
    ///   - outcome: how the run ended.
    ///   - record: what was measured.
    ///   - refaultsInAll: pages the group read back from start to end.
    /// - Returns: the verdict.
    static func verdict(
        _ outcome: Run.Outcome,
        _ record: MeasuredRecord?,
        refaultsInAll: UInt64?
    ) -> Run.MemoryLimit.Verdict? {
        if outcome == .oom { return .doesNotFit }
        // So slow that no query ended in time: there is no window to look at, but there was a second of trying.
        if outcome == .timeout, Double(refaultsInAll ?? 0) >= slowPagesPerSecond { return .slowsDown }
        guard outcome == .ok, let record else { return nil }
        // Nothing is ever taken away from a process for want of address space.
        guard let limit = record.memoryLimit else { return .fits }
        let seconds = Double(record.windowNanoseconds) / 1e9
        let pages = max(Double(record.memory.windowFaults.major), limit.refaults.value)
        return pages >= max(1, slowPagesPerSecond * seconds) ? .slowsDown : .fits
    }
}
