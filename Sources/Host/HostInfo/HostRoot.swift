internal import CHostInfo
internal import Glibc

/// Where a host's `/proc`, `/sys` and `/etc` are: `/` itself, or a folder of captured files in a test.
///
/// Every read is bounded, never blocks on a FIFO, and reports the system's error instead of an empty value.
public struct HostRoot: Sendable, Hashable {
    /// This machine.
    public static let system = HostRoot("/")

    /// What one read returns at most unless told otherwise, in bytes.
    public static let defaultLimitBytes = 64 * 1024

    private let prefix: String
    private let failures: [String: Int32]

    /// A root at `path`.
    public init(_ path: String) {
        self.init(path, failures: [:])
    }

    /// A root at `path` whose files named in `failures` cannot be opened, with that error number.
    ///
    /// For tests: no folder of files can deny root a file, or answer as a sensor without data does.
    package init(_ path: String, failures: [String: Int32]) {
        var prefix = path[...]
        while prefix.hasSuffix("/") { prefix.removeLast() }
        self.prefix = String(prefix)
        self.failures = failures
    }

    /// The path that `path`, absolute as a program on the host would write it, has seen from here.
    public func path(_ path: String) -> String {
        prefix + path
    }

    /// Reads a text file.
    ///
    /// - Parameters:
    ///   - path: absolute, as a program on the host would write it.
    ///   - limitBytes: what lies beyond is left out, and with it the line it cuts, which might else end in half a number.
    /// - Returns: the text, bytes that are not UTF-8 replaced; or the system's error.
    public func read(_ path: String, limitBytes: Int = defaultLimitBytes) -> Result<String, HostFileError> {
        precondition(limitBytes > 0)
        let descriptor: Int32
        switch open(path, O_RDONLY) {
        case .success(let opened): descriptor = opened
        case .failure(let error): return .failure(error)
        }
        defer { close(descriptor) }

        var bytes: [UInt8] = []
        // One byte more than the limit, to see whether something was left out. /proc hands out a page at a time.
        while bytes.count <= limitBytes {
            let wanted = min(16 * 1024, limitBytes + 1 - bytes.count)
            var code: Int32 = 0
            let chunk = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                let got = Glibc.read(descriptor, buffer.baseAddress, wanted)
                if got < 0 { code = errno }
                count = max(0, got)
            }
            if code == EINTR { continue }
            guard code == 0 else { return .failure(HostFileError(path: path, code: code)) }
            if chunk.isEmpty { break }
            bytes += chunk
        }
        if bytes.count > limitBytes {
            bytes.removeLast(bytes.count - limitBytes)
            bytes.removeLast(bytes.count - ((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1))
        }
        return .success(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads a file of one value, without the white space and NULs around it; nil if it is missing, unreadable or empty.
    public func readValue(_ path: String) -> String? {
        guard let text = try? read(path, limitBytes: 4096).get() else { return nil }
        let value = text.trimmed
        return value.isEmpty ? nil : String(value)
    }

    /// The names in a folder, sorted, at most 4,096 of them; empty if it cannot be read.
    public func names(in path: String) -> [String] {
        guard let folder = opendir(self.path(path)) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while names.count < 4096, let entry = readdir(folder) {
            // Not through `pointee.d_name`, which would copy all 256 bytes of an entry that may be shorter.
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether there is a file or folder at `path` that this process can see.
    public func exists(_ path: String) -> Bool {
        access(self.path(path), F_OK) == 0
    }

    /// Whether this process may make files in the folder at `path`.
    public func isWritableFolder(_ path: String) -> Bool {
        failures[path] == nil && access(self.path(path), W_OK | X_OK) == 0
    }

    /// Why `path` cannot be opened for writing, or nil if it can; nothing is written.
    public func errorOpeningForWriting(_ path: String) -> HostFileError? {
        switch open(path, O_WRONLY) {
        case .success(let descriptor):
            close(descriptor)
            return nil
        case .failure(let error): return error
        }
    }

    /// Writes `text` in one call, as control files in `/proc` and `/sys` want it; the file must exist.
    ///
    /// - Returns: the system's error, or nil if all of it was taken.
    public func write(_ text: String, to path: String) -> HostFileError? {
        switch open(path, O_WRONLY) {
        case .success(let descriptor):
            defer { close(descriptor) }
            let bytes = Array(text.utf8)
            let written = Glibc.write(descriptor, bytes, bytes.count)
            if written < 0 { return HostFileError(path: path, code: errno) }
            return written == bytes.count ? nil : HostFileError(path: path, code: EIO)
        case .failure(let error): return error
        }
    }

    /// The value of a file's extended attribute of at most 64 bytes; nil where there is none.
    public func attribute(_ name: String, of path: String) -> String? {
        var value = [UInt8](repeating: 0, count: 64)
        let length = edgeprof_attribute(self.path(path), name, &value, value.count)
        return length >= 0 ? String(decoding: value.prefix(length), as: UTF8.self) : nil
    }

    private func open(_ path: String, _ mode: Int32) -> Result<Int32, HostFileError> {
        if let code = failures[path] { return .failure(HostFileError(path: path, code: code)) }
        let descriptor = Glibc.open(self.path(path), mode | O_CLOEXEC | O_NONBLOCK)
        return descriptor >= 0 ? .success(descriptor) : .failure(HostFileError(path: path, code: errno))
    }
}

/// A file of the host that could not be read or written.
public struct HostFileError: Error, Hashable, CustomStringConvertible {
    /// The file, as a program on the host would write it.
    public let path: String
    /// The system's error number.
    public let code: Int32

    /// Makes an error from the system's number.
    public init(path: String, code: Int32) {
        self.path = path
        self.code = code
    }

    /// The file and the system's words for the error.
    public var description: String { "\(path): \(systemErrorText(code))" }

    /// What the error says about the quantity the file holds.
    ///
    /// - Parameters:
    ///   - absent: the reason given when there is no such file.
    ///   - remedy: the command that would let this process read it.
    /// - Returns: `denied` for want of permission, else `absent`; never `ok`.
    public func availability(absent: String, remedy: String? = nil) -> Availability {
        switch code {
        case EACCES, EPERM: .denied("\(path) may not be opened by this user", remedy: remedy)
        case ENOENT, ENOTDIR, ENODEV, EOPNOTSUPP: .absent(absent)
        default: .absent("\(path) cannot be read: \(systemErrorText(code))")
        }
    }
}

/// The system's words for an error number.
package func systemErrorText(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
