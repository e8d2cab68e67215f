internal import Glibc

/// Looks through a spool's folder when it is opened.
struct Recovery {
    static let dropsName = "drops"

    let folder: String
    let byteCap: UInt64
    let blockBytes: UInt64
    let corrupt: SetAsideFolder
    let rejected: SetAsideFolder
    var state = Spool.State()
    var damaged: [Spool.SetAside] = []

    init(
        folder: String,
        byteCap: UInt64,
        blockBytes: UInt64,
        corrupt: SetAsideFolder,
        rejected: SetAsideFolder
    ) {
        self.blockBytes = blockBytes
        self.folder = folder
        self.byteCap = byteCap
        self.corrupt = corrupt
        self.rejected = rejected
    }

    /// Reads every record, one at a time, keeps its names, sets aside what is damaged, and deletes what was never finished.
    mutating func run() throws(SpoolError) {
        let limit = Spool.readLimit(byteCap)
        var sequences: [UInt64] = []
        // Names are not kept: a folder may hold a hundred thousand.
        try Folder.forEachName(folder) { name throws(SpoolError) in
            if name.hasSuffix(DurableFile.partialSuffix) {
                unlink("\(folder)/\(name)")
            } else if let recordName = RecordName(name) {
                sequences.append(recordName.sequence)
            } else if name.hasSuffix(RecordName.suffix) {
                try setAside(name, "its name is not 16 hexadecimal digits and .record")
            } else if name == Self.dropsName {
                try readDrops(name)
            }
        }
        sequences.sort()
        if let last = sequences.last { state.nextSequence = last + 1 }
        state.index.reserve(sequences.count)
        try readRecords(sequences, limit: limit)
        if !damaged.isEmpty { try corrupt.discardOldest() }
        for name in try corrupt.names() + rejected.names() {
            if let name = RecordName(name) { state.nextSequence = max(state.nextSequence, name.sequence + 1) }
        }
        try rejected.forEachRecord(limit: limit) { record in
            if let reference = record.reference { state.rejectedReferences.insert(CompactName(reference)) }
        }
    }

    private mutating func readRecords(_ sequences: [UInt64], limit: Int) throws(SpoolError) {
        var ids: Set<CompactName> = []
        for sequence in sequences {
            let name = RecordName(sequence: sequence).text
            do throws(SpoolError) {
                let record = try SpoolRecord(readingFrom: "\(folder)/\(name)", limit: limit)
                guard ids.insert(CompactName(record.id)).inserted else {
                    throw SpoolError(code: .damaged, message: "its id \(record.id) is there already")
                }
                guard let payloadBytes = UInt32(exactly: record.payload.count) else {
                    throw SpoolError(code: .damaged, message: "its payload is larger than any run")
                }
                let size = SpoolRecord.encodedBytes(
                    id: record.id,
                    reference: record.reference,
                    payloadBytes: record.payload.count
                )
                state.index.append(
                    SpoolIndex.Slot(
                        id: CompactName(record.id),
                        reference: record.reference.map { CompactName($0) },
                        sequence: sequence,
                        footprint: max(
                            Folder.footprint(UInt64(size), blockBytes: blockBytes),
                            Folder.allocatedBytes("\(folder)/\(name)")
                        ),
                        payloadBytes: payloadBytes,
                        worth: record.worth
                    )
                )
            } catch {
                // What may be readable another time, permissions mended, is not taken out of the way.
                guard error.code == .damaged else { throw error }
                try setAside(name, error.message)
            }
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
        try corrupt.move(name, from: folder, reason: reason)
        damaged.append(Spool.SetAside(name: name, reason: reason))
    }
}
