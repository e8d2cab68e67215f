/// What a spool knows of its records without reading them: names and sizes, oldest first.
struct SpoolIndex {
    /// One record, 72 bytes.
    struct Slot {
        var id: CompactName
        var reference: CompactName?
        var sequence: UInt64
        /// Bytes it takes on disk, in whole blocks.
        var footprint: UInt64
        var payloadBytes: UInt32
        var worth: Spool.Worth

        var name: String { RecordName(sequence: sequence).text }

        var entry: Spool.Entry {
            Spool.Entry(
                id: id.text,
                reference: reference?.text,
                bytes: footprint,
                payloadBytes: Int(payloadBytes),
                worth: worth
            )
        }
    }

    private(set) var slots: [Slot] = []
    private(set) var bytes: UInt64 = 0

    mutating func reserve(_ count: Int) {
        slots.reserveCapacity(count)
    }

    /// Adds a record younger than all that are there.
    mutating func append(_ slot: Slot) {
        slots.append(slot)
        bytes &+= slot.footprint
    }

    func first(_ id: String) -> Slot? {
        let id = CompactName(id)
        return slots.first { $0.id == id }
    }

    func answers(_ reference: CompactName) -> Bool {
        slots.contains { $0.reference == reference }
    }

    /// Takes records out.
    ///
    /// - Complexity: one pass, and only a look at the oldest when it is they that go.
    mutating func remove(_ ids: some Sequence<String>) -> [Slot] {
        var wanted = Set(ids.map { CompactName($0) })
        var gone: [Slot] = []
        slots.removeAll { slot in
            guard !wanted.isEmpty, wanted.remove(slot.id) != nil else { return false }
            gone.append(slot)
            return true
        }
        bytes = gone.reduce(bytes) { $0 &- $1.footprint }
        return gone
    }

    /// Which records make way for a new one: the least worth first, of equal worth the oldest.
    ///
    /// - Returns: nil when only records of more worth than the new one are left, so that it is the new one that goes.
    func victims(for footprint: UInt64, worth: Spool.Worth, cap: UInt64) -> [Slot]? {
        var left = bytes
        var victims: [Slot] = []
        func fits() -> Bool {
            let (sum, overflow) = left.addingReportingOverflow(footprint)
            return !overflow && sum <= cap
        }
        for level in Spool.Worth.allCases where level <= worth {
            for slot in slots where slot.worth == level {
                if fits() { return victims }
                victims.append(slot)
                left &-= slot.footprint
            }
        }
        return fits() ? victims : nil
    }

    mutating func remove(_ victims: [Slot]) {
        let gone = Set(victims.map(\.sequence))
        guard !gone.isEmpty else { return }
        slots.removeAll { gone.contains($0.sequence) }
        bytes = victims.reduce(bytes) { $0 &- $1.footprint }
    }
}
