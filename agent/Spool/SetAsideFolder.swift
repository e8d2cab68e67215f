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

    /// The readable records in it.
    func records(limit: Int) throws(SpoolError) -> [SpoolRecord] {
        try names().compactMap { name in
            try? SpoolRecord(readingFrom: "\(path)/\(name)", limit: limit)
        }
    }

    /// Moves a file in.
    func take(_ name: String, from folder: String, reason: String) throws(SpoolError) {
        let destination = "\(path)/\(name)"
        guard rename("\(folder)/\(name)", destination) == 0 else {
            throw SpoolError(errno, doing: "set aside", "\(folder)/\(name)")
        }
        // The record is out of the way; that its reason cannot be kept (full disk) is no reason to fail.
        try? DurableFile.write(Array((reason + "\n").utf8), to: destination + ".reason")
        try discardOldest()
    }

    private func discardOldest() throws(SpoolError) {
        let files = try names().map { (name: $0, bytes: size(of: $0)) }
        var total = files.reduce(0) { $0 &+ $1.bytes }
        for file in files.dropLast() where total > byteCap {
            unlink("\(path)/\(file.name)")
            unlink("\(path)/\(file.name).reason")
            total = total &- file.bytes
        }
    }

    private func size(of name: String) -> UInt64 {
        var status = stat()
        guard lstat("\(path)/\(name)", &status) == 0 else { return 0 }
        return UInt64(max(0, status.st_size))
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
        let digits = String(sequence, radix: 16)
        return String(repeating: "0", count: max(0, 16 - digits.count)) + digits + Self.suffix
    }
}
