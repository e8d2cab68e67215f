internal import Glibc

/// Records taken out of the way, each beside a text that says why; the oldest go when they take too much room.
struct SetAsideFolder {
    private let path: String
    private let byteCap: UInt64

    init(_ path: String, byteCap: UInt64) throws(SpoolError) {
        self.path = path
        self.byteCap = byteCap
        try Folder.make(path)
    }

    /// Names of the record files in it, oldest first.
    func names() throws(SpoolError) -> [String] {
        try Folder.names(path).filter { $0.hasSuffix(RecordName.suffix) }
    }

    /// Hands on the readable records in it, one at a time.
    func forEachRecord(limit: Int, _ body: (SpoolRecord) -> Void) throws(SpoolError) {
        for name in try names() {
            if let record = try? SpoolRecord(readingFrom: "\(path)/\(name)", limit: limit) { body(record) }
        }
    }

    /// Moves a file in and keeps within the cap.
    func take(_ name: String, from folder: String, reason: String) throws(SpoolError) {
        try move(name, from: folder, reason: reason)
        try discardOldest()
    }

    /// Moves a file in, whatever the cap.
    func move(_ name: String, from folder: String, reason: String) throws(SpoolError) {
        let destination = "\(path)/\(name)"
        guard rename("\(folder)/\(name)", destination) == 0 else {
            throw SpoolError(errno, doing: "set aside", "\(folder)/\(name)")
        }
        // The record is out of the way; that its reason cannot be kept (full disk) is no reason to fail. Nor is it worth
        // waiting for the disk: a spool may hold thousands of damaged records.
        try? DurableFile.write(Array((reason + "\n").utf8), to: destination + ".reason", isSynced: false)
    }

    /// Deletes the oldest until what is left keeps within the cap.
    func discardOldest() throws(SpoolError) {
        let files = try names().map { name in
            let record = "\(path)/\(name)"
            return (name: name, bytes: Folder.allocatedBytes(record) &+ Folder.allocatedBytes(record + ".reason"))
        }
        var total = files.reduce(0) { $0 &+ $1.bytes }
        for file in files.dropLast() where total > byteCap {
            unlink("\(path)/\(file.name)")
            unlink("\(path)/\(file.name).reason")
            total = total &- file.bytes
        }
    }
}

/// A record's file name: 16 hexadecimal digits that sort by age, and a suffix.
struct RecordName {
    static let suffix = ".record"
    /// Leaves more numbers than can be used up, so that counting on never overflows.
    private static let largest: UInt64 = 1 << 62

    let sequence: UInt64

    init(sequence: UInt64) {
        self.sequence = sequence
    }

    init?(_ name: String) {
        guard name.hasSuffix(Self.suffix), name.utf8.count == 16 + Self.suffix.utf8.count,
            name.utf8.prefix(16).allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
            let sequence = UInt64(name.prefix(16), radix: 16), sequence <= Self.largest
        else { return nil }
        self.sequence = sequence
    }

    var text: String {
        CompactName.hexadecimal(sequence, digits: 16) + Self.suffix
    }
}
