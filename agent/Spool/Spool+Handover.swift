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
            guard let slot = state.index.first(id) else { return nil }
            let reason: String
            do throws(SpoolError) {
                let record = try SpoolRecord(readingFrom: "\(folder)/\(slot.name)", limit: Self.readLimit(byteCap))
                if record.id == id { return record.payload }
                reason = "its id is \(record.id), not \(id)"
            } catch {
                guard error.code == .damaged || error.code == .notFound else { throw error }
                reason = error.message
            }
            _ = state.index.remove([id])
            // A file that cannot even be moved is looked at again when the spool is opened next.
            try? corrupt.take(slot.name, from: folder, reason: reason)
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
            for slot in state.index.remove(ids) {
                unlink("\(folder)/\(slot.name)")
                if let reference = slot.reference { state.handedOver.insert(reference) }
            }
            // Room again: what was dropped may be done once more.
            if state.index.bytes <= byteCap / 2 { state.droppedReferences.removeAll() }
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
            for slot in state.index.remove([id]) {
                if let reference = slot.reference { state.rejectedReferences.insert(reference) }
                try rejected.take(slot.name, from: folder, reason: reason)
            }
        }
    }
}
