import Glibc
public import HostInfo
import Synchronization

/// A captured or written host, unpacked from one text file into a temporary folder that goes away with the test process.
///
/// The file is a list of files: a line `==> /path`, then the content up to the next such line. A backslash and a zero stand for
/// a NUL byte, and a path that ends in a slash is an empty folder.
public final class FixtureHost: Sendable {
    /// Where the host's `/proc`, `/sys` and `/etc` are.
    public var root: HostRoot { HostRoot(path) }
    /// The temporary folder.
    public let path: String

    /// Unpacks `name.host` of the `Fixtures` folder beside the calling test.
    public convenience init(_ name: String, testFile: String = #filePath) throws {
        try self.init(files: Self.files(named: name, testFile: testFile))
    }

    /// The files of `name.host` of the `Fixtures` folder beside the calling test, to be changed before they are unpacked.
    public static func files(named name: String, testFile: String = #filePath) throws -> [(
        path: String, content: String
    )] {
        let folder = String(testFile[..<(testFile.lastIndex(of: "/") ?? testFile.startIndex)])
        return files(in: try HostRoot(folder).read("/Fixtures/\(name).host", limitBytes: 1 << 20).get())
    }

    /// Makes a host of these files, by path.
    public init(files: [(path: String, content: String)]) throws {
        var template = Array("/tmp/edgeprof-host-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw HostFileError(path: "/tmp", code: errno) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        _ = Self.removal
        Self.folders.withLock { $0.append(path) }
        for file in files { try add(file.path, file.content) }
    }

    // Not removed with the value: a test holds on to the root, which is only a path.
    private static let drafts = Atomic(0)
    private static let folders = Mutex<[String]>([])
    private static let removal: Void = {
        atexit { FixtureHost.folders.withLock { $0 }.forEach(FixtureHost.removeTree) }
    }()

    private static func removeTree(_ path: String) {
        for name in HostRoot(path).names(in: "/") { removeTree(path + "/" + name) }
        Glibc.remove(path)
    }

    /// Adds or replaces a file, at once: who reads meanwhile gets the old or the new content.
    public func add(_ path: String, _ content: String) throws {
        var folder = self.path
        for component in path.split(separator: "/").dropLast(path.hasSuffix("/") ? 0 : 1) {
            folder += "/" + component
            mkdir(folder, 0o755)
        }
        if path.hasSuffix("/") { return }
        let draft = self.path + "/.draft-\(Self.drafts.wrappingAdd(1, ordering: .relaxed).newValue)"
        guard let file = fopen(draft, "w") else { throw HostFileError(path: path, code: errno) }
        let bytes = Array(content.utf8)
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        guard rename(draft, self.path + path) == 0 else { throw HostFileError(path: path, code: errno) }
    }

    /// Takes a file away.
    public func remove(_ path: String) {
        unlink(self.path + path)
    }

    private static func files(in text: String) -> [(path: String, content: String)] {
        var files: [(path: String, content: String)] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("==> ") {
                files.append((String(line.dropFirst(4)), ""))
            } else if !files.isEmpty {
                files[files.count - 1].content +=
                    line.split(separator: "\\0", omittingEmptySubsequences: false)
                    .joined(separator: "\0") + "\n"
            }
        }
        return files
    }
}
