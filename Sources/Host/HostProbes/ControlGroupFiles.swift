internal import Glibc
public import HostInfo

/// What making a control group asks of the host's files; a test puts a model of the kernel in its place.
public protocol ControlGroupFiles: Sendable {
    /// Reads a text file, as `HostRoot` does.
    func read(_ path: String) -> Result<String, HostFileError>
    /// Writes a control file in one call; the system's error, or nil.
    func write(_ text: String, to path: String) -> HostFileError?
    /// Makes a folder, which is how a group is made; the system's error, or nil.
    func makeFolder(_ path: String) -> HostFileError?
    /// Removes an empty folder, which is how a group ends; the system's error, or nil.
    func removeFolder(_ path: String) -> HostFileError?
    /// The names in a folder; empty if it cannot be read.
    func names(in path: String) -> [String]
    /// Whether there is a file or folder at `path`.
    func exists(_ path: String) -> Bool
    /// The value of an extended attribute; nil where there is none.
    func attribute(_ name: String, of path: String) -> String?
    /// Why this process has no folder to make groups in, or the folder.
    func memoryFolder() -> Reading<String>
}

extension HostRoot: ControlGroupFiles {
    /// Reads a text file of at most 64 KiB.
    public func read(_ path: String) -> Result<String, HostFileError> {
        read(path, limitBytes: HostRoot.defaultLimitBytes)
    }

    /// Makes a folder.
    public func makeFolder(_ path: String) -> HostFileError? {
        mkdir(self.path(path), 0o755) == 0 ? nil : HostFileError(path: path, code: errno)
    }

    /// Removes an empty folder.
    public func removeFolder(_ path: String) -> HostFileError? {
        rmdir(self.path(path)) == 0 ? nil : HostFileError(path: path, code: errno)
    }

    /// `MemoryCgroup.folder`.
    public func memoryFolder() -> Reading<String> { MemoryCgroup.folder(root: self) }
}

extension ControlGroupFiles {
    /// A file of one value, trimmed; nil if it cannot be read.
    func value(_ path: String) -> String? {
        (try? read(path).get()).map { String($0.trimmed) }
    }

    /// The number that stands behind a word in a file of `word number` lines.
    func number(_ word: String, in path: String) -> UInt64? {
        guard let text = try? read(path).get() else { return nil }
        for line in text.lines {
            let words = line.words
            if words.count == 2, words[0] == word { return words[1].decimal }
        }
        return nil
    }
}
