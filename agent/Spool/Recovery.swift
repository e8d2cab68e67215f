internal import Glibc

/// Looks through a spool's folder when it is opened.
struct Recovery {
    static let dropsName = "drops"

    let folder: String
    let byteCap: UInt64
    let corrupt: SetAsideFolder
    let rejected: SetAsideFolder
    var state = Spool.State()
    var damaged: [Spool.SetAside] = []

    init(folder: String, byteCap: UInt64, corrupt: SetAsideFolder, rejected: SetAsideFolder) {
        self.folder = folder
        self.byteCap = byteCap
        self.corrupt = corrupt
        self.rejected = rejected
    }

    /// Reads every record, sets aside what is damaged, and deletes what was never finished.
    mutating func run() throws(SpoolError) {
        let limit = Spool.readLimit(byteCap)
        var ids: Set<String> = []
        for name in try Folder.names(folder) {
            if name.hasSuffix(DurableFile.partialSuffix) {
                unlink("\(folder)/\(name)")
            } else if name.hasSuffix(RecordName.suffix) {
                try readRecord(name, limit: limit, &ids)
            } else if name == Self.dropsName {
                try readDrops(name)
            }
        }
        for name in try corrupt.names() + rejected.names() { countOn(from: RecordName(name)) }
        for record in try rejected.records(limit: limit) {
            if let reference = record.reference { state.rejectedReferences.insert(reference) }
        }
    }

    private mutating func readRecord(_ name: String, limit: Int, _ ids: inout Set<String>) throws(SpoolError) {
        let recordName = RecordName(name)
        countOn(from: recordName)
        do throws(SpoolError) {
            guard let recordName else {
                throw SpoolError(code: .damaged, message: "its name is not 16 hexadecimal digits and .record")
            }
            let record = try SpoolRecord(readingFrom: "\(folder)/\(name)", limit: limit)
            guard ids.insert(record.id).inserted else {
                throw SpoolError(code: .damaged, message: "its id \(record.id) is there already")
            }
            let size = SpoolRecord.encodedBytes(
                id: record.id,
                reference: record.reference,
                payloadBytes: record.payload.count
            )
            state.entries.append(
                Spool.Entry(
                    id: record.id,
                    reference: record.reference,
                    bytes: UInt64(size),
                    payloadBytes: record.payload.count,
                    sequence: recordName.sequence
                )
            )
            state.bytes += UInt64(size)
        } catch {
            // What may be readable another time, permissions mended, is not taken out of the way.
            guard error.code == .damaged else { throw error }
            try setAside(name, error.message)
        }
    }

    private mutating func readDrops(_ name: String) throws(SpoolError) {
        let text = (try? DurableFile.read("\(folder)/\(name)", limit: 64)).map { String(decoding: $0, as: UTF8.self) }
        guard let text, let dropped = UInt64(text.prefix { $0 != "\n" }) else {
            return try setAside(name, "it does not hold a number")
        }
        state.dropped = dropped
    }

    private mutating func setAside(_ name: String, _ reason: String) throws(SpoolError) {
        try corrupt.take(name, from: folder, reason: reason)
        damaged.append(Spool.SetAside(name: name, reason: reason))
    }

    private mutating func countOn(from name: RecordName?) {
        if let name { state.nextSequence = max(state.nextSequence, name.sequence + 1) }
    }
}
