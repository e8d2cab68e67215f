internal import Crypto
internal import Glibc
internal import HTTPTransport

/// A model's file on its way: takes what comes, and hashes it on the way to the disk.
///
/// `@unchecked Sendable`: the fetcher lets one transfer at a time use it, and looks at it when that has ended.
final class ModelPart: HTTPBodySink, @unchecked Sendable {
    /// Room is made in steps of this where nobody says how much will come.
    private static let step: UInt64 = 8 << 20

    let sha256: String
    /// Bytes of the file that are there.
    private(set) var bytes: UInt64 = 0
    /// Bytes taken since it was opened, those of a part begun anew included.
    private(set) var taken: UInt64 = 0
    /// What ended the latest transfer from this side.
    private(set) var trouble: ModelTrouble?
    private let cache: ModelCache
    private let path: String
    private let descriptor: Int32
    private var hash = SHA256()
    private var reserved: UInt64 = 0

    /// Opens the part, making it where there is none, and hashes what is there.
    init(_ sha256: String, in cache: ModelCache) throws(ModelTrouble) {
        self.sha256 = sha256
        self.cache = cache
        path = cache.partPath(sha256)
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
        guard descriptor >= 0 else { throw .system(errno, doing: "open", path) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .system(errno, doing: "read", path) }
            if count == 0 { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            bytes += UInt64(count)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Whether the file on the disk is still the one that was hashed.
    var isIntact: Bool {
        var (own, named) = (stat(), stat())
        return fstat(descriptor, &own) == 0 && lstat(path, &named) == 0 && own.st_ino == named.st_ino
            && own.st_dev == named.st_dev && UInt64(clamping: own.st_size) == bytes
    }

    /// Whether what is there is the whole model.
    var isWhole: Bool {
        let digits = hash.finalize().map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
        return digits.joined() == sha256
    }

    func begin(_ head: HTTPResponse) throws -> UInt64 {
        trouble = nil
        return try remembering { () throws(ModelTrouble) in try room(for: head) }
    }

    func take(_ more: UnsafeRawBufferPointer) throws {
        try remembering { () throws(ModelTrouble) in try write(more) }
    }

    private func remembering<Value>(_ body: () throws(ModelTrouble) -> Value) throws(ModelTrouble) -> Value {
        do throws(ModelTrouble) { return try body() } catch {
            trouble = error
            throw error
        }
    }

    private func room(for head: HTTPResponse) throws(ModelTrouble) -> UInt64 {
        // Before what has come is given up for it.
        if head.header("content-type")?.lowercased().hasPrefix("text/") == true {
            throw ModelTrouble(
                .stranger,
                "a page of text came in place of the model: does this box's network ask for a login, or a proxy answer "
                    + "for the collector? Trying again"
            )
        }
        var told = head.header("content-length").flatMap { UInt64($0) }
        if head.status == 206 {
            guard let range = ContentRange(head.header("content-range") ?? ""), range.first == bytes else {
                throw ModelTrouble(.wrongContent, "another part of the model came than was asked for")
            }
            told = range.count
        } else if bytes > 0 {
            try restart()
        }
        guard let told else { return cache.limitBytes > bytes ? cache.limitBytes - bytes : 0 }
        let (total, overflow) = bytes.addingReportingOverflow(told)
        guard !overflow else { throw cache.tooLarge(told) }
        try reserve(total)
        return told
    }

    private func write(_ more: UnsafeRawBufferPointer) throws(ModelTrouble) {
        let end = bytes + UInt64(more.count)
        if end > reserved { try reserve(max(end, min(end + Self.step, cache.limitBytes))) }
        var rest = more
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ModelTrouble.system(count == 0 ? ENOSPC : errno, doing: "write", path) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        hash.update(bufferPointer: more)
        bytes = end
        taken &+= UInt64(more.count)
    }

    /// Makes the part the model's file: durable, and under its name.
    func keep() throws(ModelTrouble) -> String {
        let whole = cache.path(sha256)
        guard fsync(descriptor) == 0 else { throw .system(errno, doing: "sync", path) }
        guard rename(path, whole) == 0 else { throw .system(errno, doing: "rename into place", path) }
        let folder = open(cache.folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw .system(errno, doing: "sync", cache.folder) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .system(errno, doing: "sync", cache.folder) }
        return whole
    }

    /// Deletes it.
    func discard() { unlink(path) }

    private func reserve(_ total: UInt64) throws(ModelTrouble) {
        try cache.makeRoom(for: total, of: sha256)
        reserved = total
    }

    private func restart() throws(ModelTrouble) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .system(errno, doing: "write", path)
        }
        hash = SHA256()
        bytes = 0
        reserved = 0
    }
}

/// `Content-Range: bytes FIRST-LAST/TOTAL` (RFC 9110, section 14.4).
struct ContentRange: Hashable {
    var first: UInt64
    var last: UInt64

    /// Reads a header field's value; nil for anything but a range of bytes.
    init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, words[0].lowercased() == "bytes", let slash = words[1].firstIndex(of: "/") else {
            return nil
        }
        let ends = words[1][..<slash].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = UInt64(ends[0]), let last = UInt64(ends[1]), first <= last,
            last < UInt64.max
        else { return nil }
        self.first = first
        self.last = last
    }

    /// Bytes in it.
    var count: UInt64 { last - first + 1 }
}
