internal import Glibc
internal import Synchronization

/// Finished records waiting on disk to be handed over: durable, checksummed, bounded, for one process at a time.
///
/// Form on disk and policy: docs/formats/spool.md.
public final class Spool: Sendable {
    /// A record that waits.
    public struct Entry: Sendable, Hashable {
        /// Names the record; unique in the spool.
        public var id: String
        /// What the record answers, nil where nothing.
        public var reference: String?
        /// Bytes it takes on disk.
        public var bytes: UInt64
        /// Bytes of what was appended.
        public var payloadBytes: Int
        var sequence: UInt64

        var name: String { RecordName(sequence: sequence).text }
    }

    /// What is in the spool and what was lost.
    public struct Statistics: Sendable, Hashable {
        /// Records waiting.
        public var records: Int
        /// Bytes they take on disk.
        public var bytes: UInt64
        /// Records dropped for want of room since the spool was made.
        public var dropped: UInt64
    }

    /// A record that was set aside because it is damaged.
    public struct SetAside: Sendable, Hashable {
        /// Its file, now in `corrupt/`.
        public var name: String
        /// What is wrong with it.
        public var reason: String
    }

    struct State {
        var entries: [Entry] = []
        var bytes: UInt64 = 0
        var dropped: UInt64 = 0
        var nextSequence: UInt64 = 1
        var rejectedReferences: Set<String> = []
    }

    /// Bytes the waiting records may take on disk.
    public let byteCap: UInt64
    /// Damaged records found when the spool was opened.
    public let damaged: [SetAside]
    let folder: String
    let corrupt: SetAsideFolder
    let rejected: SetAsideFolder
    let state: Mutex<State>
    private let lock: FolderLock

    /// Opens a spool, making it where there is none, and looks through every record in it.
    ///
    /// - Parameters:
    ///   - folder: its folder; the folder above must exist.
    ///   - byteCap: bytes the waiting records may take; what was set aside may take half as much again.
    /// - Throws: `SpoolError`; `inUse` when another process has it open.
    public init(folder: String, byteCap: UInt64 = 64 << 20) throws(SpoolError) {
        try Folder.make(folder)
        lock = try FolderLock(folder)
        self.folder = folder
        self.byteCap = byteCap
        corrupt = try SetAsideFolder(folder + "/corrupt", byteCap: byteCap / 4)
        rejected = try SetAsideFolder(folder + "/rejected", byteCap: byteCap / 4)
        var recovery = Recovery(folder: folder, byteCap: byteCap, corrupt: corrupt, rejected: rejected)
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
        state.withLock { Array($0.entries.prefix(max(0, limit))) }
    }

    /// What is in the spool and what was lost.
    public var statistics: Statistics {
        state.withLock { Statistics(records: $0.entries.count, bytes: $0.bytes, dropped: $0.dropped) }
    }

    /// What the records in it answer: those that wait and those that were set aside as rejected.
    public var references: Set<String> {
        state.withLock { $0.rejectedReferences.union($0.entries.compactMap(\.reference)) }
    }

    /// Adds a record; when this returns the record survives a power cut.
    ///
    /// When there is no room for it the oldest records are dropped, and counted: the newest tells how the box is now.
    ///
    /// - Parameters:
    ///   - id: names the record; 1 to 128 characters of visible ASCII.
    ///   - reference: what the record answers; like an id.
    ///   - payload: the record itself.
    /// - Returns: how many old records were dropped.
    /// - Throws: `SpoolError`; nothing was added then.
    @discardableResult
    public func append(id: String, reference: String? = nil, payload: [UInt8]) throws(SpoolError) -> Int {
        precondition(SpoolRecord.isName(id), "an id is 1 to 128 characters of visible ASCII")
        precondition(reference.map(SpoolRecord.isName) ?? true, "a reference is 1 to 128 characters of visible ASCII")
        let size = SpoolRecord.encodedBytes(id: id, reference: reference, payloadBytes: payload.count)
        guard UInt64(size) <= byteCap else {
            throw SpoolError(
                code: .tooLarge,
                message: "a record of \(size) bytes does not fit the spool of \(byteCap) bytes: allow it more"
            )
        }
        return try state.withLock { state throws(SpoolError) in
            guard !state.entries.contains(where: { $0.id == id }) else {
                throw SpoolError(code: .duplicate, message: "record \(id) is in the spool already")
            }
            let dropped = try makeRoom(for: UInt64(size), &state)
            let entry = Entry(
                id: id,
                reference: reference,
                bytes: UInt64(size),
                payloadBytes: payload.count,
                sequence: state.nextSequence
            )
            // The number is used up even when writing fails half-way: no name ever stands for two records.
            state.nextSequence += 1
            let path = "\(folder)/\(entry.name)"
            do throws(SpoolError) {
                try DurableFile.write(SpoolRecord(id: id, reference: reference, payload: payload).encoded, to: path)
            } catch {
                unlink(path)
                throw error
            }
            state.entries.append(entry)
            state.bytes += entry.bytes
            return dropped
        }
    }

    /// Bytes above which a file is not read: a record larger than the present cap may be from under a larger one.
    static func readLimit(_ byteCap: UInt64) -> Int { Int(clamping: max(byteCap, 64 << 20)) }

    /// Drops the oldest records until there is room, counting them on disk first: a crash may count one twice, never hide one.
    private func makeRoom(for size: UInt64, _ state: inout State) throws(SpoolError) -> Int {
        var count = 0
        var left = state.bytes
        for entry in state.entries where left + size > byteCap {
            left -= entry.bytes
            count += 1
        }
        guard count > 0 else { return 0 }
        let (dropped, overflow) = state.dropped.addingReportingOverflow(UInt64(count))
        state.dropped = overflow ? .max : dropped
        try DurableFile.write(Array("\(state.dropped)\n".utf8), to: "\(folder)/\(Recovery.dropsName)")
        for entry in state.entries.prefix(count) { unlink("\(folder)/\(entry.name)") }
        state.entries.removeFirst(count)
        state.bytes = left
        return count
    }
}
