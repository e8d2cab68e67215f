internal import Glibc
internal import Synchronization

/// Reading records and taking them out.
extension Spool {
    /// Reads a record's payload.
    ///
    /// A record found damaged is set aside: it never comes up again.
    ///
    /// - Parameter id: the record.
    /// - Returns: the payload, or nil when there is no such record (any more).
    /// - Throws: `SpoolError`; `damaged` when the record was set aside, anything else when it may be readable later.
    public func payload(of id: String) throws(SpoolError) -> [UInt8]? {
        try state.withLock { state throws(SpoolError) in
            guard let entry = state.entries.first(where: { $0.id == id }) else { return nil }
            let reason: String
            do throws(SpoolError) {
                let record = try SpoolRecord(readingFrom: "\(folder)/\(entry.name)", limit: Self.readLimit(byteCap))
                if record.id == id { return record.payload }
                reason = "its id is \(record.id), not \(id)"
            } catch {
                guard error.code == .damaged || error.code == .notFound else { throw error }
                reason = error.message
            }
            forget([id], &state)
            // A file that cannot even be moved is looked at again when the spool is opened next.
            try? corrupt.take(entry.name, from: folder, reason: reason)
            throw SpoolError(code: .damaged, message: "record \(id) was set aside: \(reason)")
        }
    }

    /// Takes out records that were handed over; ids not in the spool are passed over.
    ///
    /// Should the power fail now, a record may come up again: handing over has to bear repetition.
    ///
    /// - Parameter ids: the records.
    public func remove(_ ids: some Sequence<String>) {
        state.withLock { state in
            // Out of the index whether or not the file goes: a record that cannot be deleted must not be sent for ever.
            for entry in forget(Set(ids), &state) { unlink("\(folder)/\(entry.name)") }
        }
    }

    /// Moves a record that nobody will take into `rejected/`; an id not in the spool is passed over.
    ///
    /// - Parameters:
    ///   - id: the record.
    ///   - reason: why it was not taken, kept beside it.
    /// - Throws: `SpoolError` when the file cannot be moved; it is out of the way all the same until the next start.
    public func reject(_ id: String, reason: String) throws(SpoolError) {
        try state.withLock { state throws(SpoolError) in
            for entry in forget([id], &state) {
                if let reference = entry.reference { state.rejectedReferences.insert(reference) }
                try rejected.take(entry.name, from: folder, reason: reason)
            }
        }
    }

    @discardableResult
    private func forget(_ ids: Set<String>, _ state: inout State) -> [Entry] {
        let gone = state.entries.filter { ids.contains($0.id) }
        guard !gone.isEmpty else { return [] }
        state.entries.removeAll { ids.contains($0.id) }
        state.bytes = state.entries.reduce(0) { $0 + $1.bytes }
        return gone
    }
}
