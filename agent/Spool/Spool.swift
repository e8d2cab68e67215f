internal import Glibc
internal import Synchronization

/// Finished records waiting on disk to be handed over: durable, checksummed, bounded, for one process at a time.
///
/// Form on disk and policy: docs/formats/spool.md.
public final class Spool: Sendable {
    struct State {
        var index = SpoolIndex()
        var dropped: UInt64 = 0
        var nextSequence: UInt64 = 1
        var rejectedReferences: Set<CompactName> = []
        /// What was handed over a moment ago: an answer on its way may still ask for it.
        var handedOver = RecentNames(limit: 4096)
        /// What was dropped for want of room: not to be done again while there is none.
        var droppedReferences = RecentNames(limit: 4096)
    }

    /// Bytes the waiting records may take on disk.
    public let byteCap: UInt64
    /// Damaged records found when the spool was opened.
    public let damaged: [SetAside]
    let folder: String
    let corrupt: SetAsideFolder
    let rejected: SetAsideFolder
    let state: Mutex<State>
    let blockBytes: UInt64
    private let lock: FolderLock

    /// Opens a spool, making it where there is none, and looks through every record in it.
    ///
    /// - Parameters:
    ///   - folder: its folder; the folder above must exist.
    ///   - byteCap: bytes the waiting records may take, counted in whole blocks; what was set aside may take half as
    ///     much again.
    /// - Throws: `SpoolError`; `inUse` when another process has it open.
    public init(folder: String, byteCap: UInt64 = 64 << 20) throws(SpoolError) {
        try Folder.make(folder)
        lock = try FolderLock(folder)
        self.folder = folder
        self.byteCap = byteCap
        blockBytes = try Folder.blockBytes(folder)
        corrupt = try SetAsideFolder(folder + "/corrupt", byteCap: byteCap / 4)
        rejected = try SetAsideFolder(folder + "/rejected", byteCap: byteCap / 4)
        var recovery = Recovery(
            folder: folder,
            byteCap: byteCap,
            blockBytes: blockBytes,
            corrupt: corrupt,
            rejected: rejected
        )
        try recovery.run()
        state = Mutex(recovery.state)
        damaged = recovery.damaged
    }

    /// Whether a text may be an id or a reference: 1 to 128 characters of visible ASCII.
    ///
    /// - Parameter text: the text.
    /// - Returns: whether it may.
    public static func isName(_ text: String) -> Bool { SpoolRecord.isName(text) }

    /// The oldest records.
    ///
    /// - Parameter limit: most records wanted.
    /// - Returns: records, oldest first.
    public func pending(limit: Int = .max) -> [Entry] {
        state.withLock { $0.index.slots.prefix(max(0, limit)).map(\.entry) }
    }

    /// What is in the spool and what was lost.
    public var statistics: Statistics {
        state.withLock { Statistics(records: $0.index.slots.count, bytes: $0.index.bytes, dropped: $0.dropped) }
    }

    /// Whether something need not be done (again): a record that waits, was just handed over or was rejected answers it, or
    /// one was dropped for want of room and there still is none.
    ///
    /// - Parameter reference: what is to be answered.
    /// - Returns: whether it is.
    public func isAnswered(_ reference: String) -> Bool {
        let name = CompactName(reference)
        return state.withLock { state in
            state.handedOver.contains(name) || state.rejectedReferences.contains(name)
                || state.droppedReferences.contains(name) || state.index.answers(name)
        }
    }

    /// Adds a record; when this returns that it is kept, the record survives a power cut.
    ///
    /// When there is no room for it, records of no more worth are dropped, the least worth and the oldest first: the newest
    /// tells how the box is now. When all the others are worth more, it is dropped itself. All are counted.
    ///
    /// - Parameters:
    ///   - id: names the record; 1 to 128 characters of visible ASCII.
    ///   - reference: what the record answers; like an id.
    ///   - worth: when it is dropped.
    ///   - payload: the record itself.
    /// - Returns: what became of it.
    /// - Throws: `SpoolError`; nothing was added then.
    @discardableResult
    public func append(
        id: String,
        reference: String? = nil,
        worth: Worth = .high,
        payload: [UInt8]
    ) throws(SpoolError) -> Admission {
        precondition(SpoolRecord.isName(id), "an id is 1 to 128 characters of visible ASCII")
        precondition(reference.map(SpoolRecord.isName) ?? true, "a reference is 1 to 128 characters of visible ASCII")
        let size = SpoolRecord.encodedBytes(id: id, reference: reference, payloadBytes: payload.count)
        let footprint = footprint(UInt64(size))
        guard footprint <= byteCap, let payloadBytes = UInt32(exactly: payload.count) else {
            throw SpoolError(
                code: .tooLarge,
                message: "a record of \(size) bytes does not fit the spool of \(byteCap) bytes: allow it more"
            )
        }
        return try state.withLock { state throws(SpoolError) in
            guard state.index.first(id) == nil else {
                throw SpoolError(code: .duplicate, message: "record \(id) is in the spool already")
            }
            guard let victims = state.index.victims(for: footprint, worth: worth, cap: byteCap) else {
                try count(dropped: [reference.map { CompactName($0) }], &state)
                return Admission(isKept: false, dropped: 1)
            }
            try drop(victims, &state)
            var slot = SpoolIndex.Slot(
                id: CompactName(id),
                reference: reference.map { CompactName($0) },
                sequence: state.nextSequence,
                footprint: footprint,
                payloadBytes: payloadBytes,
                worth: worth
            )
            // The number is used up even when writing fails half-way: no name ever stands for two records.
            state.nextSequence += 1
            let path = "\(folder)/\(slot.name)"
            let record = SpoolRecord(id: id, reference: reference, worth: worth, payload: payload)
            do throws(SpoolError) { try DurableFile.write(record.encoded, to: path) } catch {
                unlink(path)
                throw error
            }
            slot.footprint = max(footprint, Folder.allocatedBytes(path))
            state.index.append(slot)
            return Admission(isKept: true, dropped: victims.count)
        }
    }

    /// Bytes above which a file is not read: a record larger than the present cap may be from under a larger one.
    static func readLimit(_ byteCap: UInt64) -> Int { Int(clamping: max(byteCap, 64 << 20)) }

    /// What a file of so many bytes takes on disk: whole blocks.
    func footprint(_ bytes: UInt64) -> UInt64 { Folder.footprint(bytes, blockBytes: blockBytes) }

    private func drop(_ victims: [SpoolIndex.Slot], _ state: inout State) throws(SpoolError) {
        guard !victims.isEmpty else { return }
        try count(dropped: victims.map(\.reference), &state)
        for slot in victims { unlink("\(folder)/\(slot.name)") }
        state.index.remove(victims)
    }

    /// Counts drops on disk before they happen: a crash may count one twice, never hide one.
    private func count(dropped references: [CompactName?], _ state: inout State) throws(SpoolError) {
        let (sum, overflow) = state.dropped.addingReportingOverflow(UInt64(references.count))
        let dropped = overflow ? .max : sum
        try DurableFile.write(Array("\(dropped)\n".utf8), to: "\(folder)/\(Recovery.dropsName)")
        state.dropped = dropped
        for case let reference? in references { state.droppedReferences.insert(reference) }
    }
}
