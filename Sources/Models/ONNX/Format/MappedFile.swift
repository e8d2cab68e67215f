import Glibc

/// A file mapped into memory, read-only, as long as something refers to it.
///
/// A page of a mapping that a shortened file no longer has raises SIGBUS, so every access asks for the file's size
/// first. A file cut off between that question and the access still ends the program: do not overwrite a model in place
/// while it is loaded (write a new file and rename it, as `ONNXWriter` does).
final class MappedFile: Sendable {
    /// Path as given, for messages.
    let path: String
    /// Size when it was mapped, in bytes.
    let byteCount: Int
    /// Start of the mapping.
    ///
    /// Unsafe because Swift has no type for shared read-only memory: nobody writes through it and `deinit` alone ends it.
    nonisolated(unsafe) private let base: UnsafeRawPointer
    private let descriptor: Int32
    private let modified: Int

    /// Maps a file.
    ///
    /// - Parameters:
    ///   - path: The file, a regular one of at least one byte.
    ///   - code: Error code of every failure.
    ///   - followsLink: Whether a symbolic link may stand at the path's end.
    /// - Throws: `ONNXError` of that code.
    init(path: String, code: ONNXError.Code, followsLink: Bool = true) throws(ONNXError) {
        // Not blocking: opening a pipe would wait for its writer.
        let flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (followsLink ? 0 : O_NOFOLLOW)
        let descriptor = open(path, flags)
        guard descriptor >= 0 else {
            throw ONNXError(code, "\(ONNXError.quoted(path)): cannot be opened: \(systemMessage(errno))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
            close(descriptor)
            throw ONNXError(code, "\(ONNXError.quoted(path)): is empty or not a regular file; give a model's file")
        }
        let byteCount = Int(status.st_size)
        guard let base = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), base != MAP_FAILED else {
            let reason = systemMessage(errno)
            close(descriptor)
            throw ONNXError(code, "\(ONNXError.quoted(path)): cannot be mapped into memory: \(reason)")
        }
        self.path = path
        self.byteCount = byteCount
        self.base = UnsafeRawPointer(base)
        self.descriptor = descriptor
        modified = status.modificationNanoseconds
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
        close(descriptor)
    }

    /// Reads a range of the file where it lies, which need not be aligned; zeros where the file has become shorter.
    ///
    /// - Precondition: The range lies within `byteCount`.
    func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range out of the file")
        var status = stat()
        guard fstat(descriptor, &status) == 0, range.upperBound <= Int(status.st_size) else {
            return [UInt8](repeating: 0, count: range.count).withUnsafeBytes(body)
        }
        defer { if range.count >= Self.pagesReturnedFrom { returnPages(range) } }
        return body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
    }

    /// Ranges of at least so many bytes are weights, copied once: their pages need not stay in this process.
    private static let pagesReturnedFrom = 1 << 20

    /// Lets go of the whole pages in a range; whoever reads them again gets them from the file.
    private func returnPages(_ range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (range.lowerBound + page - 1) / page * page
        let last = range.upperBound / page * page
        if first < last { madvise(UnsafeMutableRawPointer(mutating: base + first), last - first, MADV_DONTNEED) }
    }

    /// Throws when the file has another size or time of change than when it was mapped.
    func requireUnchanged() throws(ONNXError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == byteCount,
            status.modificationNanoseconds == modified
        else {
            throw ONNXError(
                .cannotRead,
                "\(ONNXError.quoted(path)): changed while it was read; load it again when it is complete"
            )
        }
    }
}

extension stat {
    fileprivate var modificationNanoseconds: Int { st_mtim.tv_sec &* 1_000_000_000 &+ st_mtim.tv_nsec }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    // The XSI form, which Swift sees, fills the buffer.
    guard strerror_r(number, &buffer, buffer.count - 1) == 0 else { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
