/// What a spool tells.
extension Spool {
    /// What a record is worth when there is no room for all.
    public enum Worth: UInt8, Sendable, Comparable, CaseIterable {
        /// Goes first: it tells little that a repetition would not tell, such as a failed run.
        case low
        /// Goes next: a run that something disturbed.
        case middle
        /// Goes last.
        case high

        /// Orders by worth.
        public static func < (left: Worth, right: Worth) -> Bool { left.rawValue < right.rawValue }
    }

    /// A record that waits.
    public struct Entry: Sendable, Hashable {
        /// Names the record; unique in the spool.
        public var id: String
        /// What the record answers, nil where nothing.
        public var reference: String?
        /// Bytes it takes on disk, in whole blocks.
        public var bytes: UInt64
        /// Bytes of what was appended.
        public var payloadBytes: Int
        /// What it is worth.
        public var worth: Worth
    }

    /// What is in the spool and what was lost.
    public struct Statistics: Sendable, Hashable {
        /// Records waiting.
        public var records: Int
        /// Bytes they take on disk, in whole blocks.
        public var bytes: UInt64
        /// Records dropped for want of room since the spool was made.
        public var dropped: UInt64
    }

    /// What became of a record handed to the spool.
    public struct Admission: Sendable, Hashable {
        /// Whether the record is in the spool, durable.
        public var isKept: Bool
        /// Records dropped for it, or it itself.
        public var dropped: Int
    }

    /// A record that was set aside because it is damaged.
    public struct SetAside: Sendable, Hashable {
        /// Its file, now in `corrupt/`.
        public var name: String
        /// What is wrong with it.
        public var reason: String
    }
}

/// The latest of many names: what is older is forgotten.
struct RecentNames {
    private let limit: Int
    private var ring: [CompactName] = []
    private var next = 0
    private var names: Set<CompactName> = []

    init(limit: Int) {
        self.limit = limit
    }

    mutating func insert(_ name: CompactName) {
        guard names.insert(name).inserted else { return }
        if ring.count < limit { return ring.append(name) }
        names.remove(ring[next])
        ring[next] = name
        next = (next + 1) % limit
    }

    mutating func removeAll() {
        self = RecentNames(limit: limit)
    }

    func contains(_ name: CompactName) -> Bool { names.contains(name) }
}
