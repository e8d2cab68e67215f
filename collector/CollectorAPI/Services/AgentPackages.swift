import Crypto
import Foundation

/// The agent's Debian packages that a collector hands out: `edgeprof-agent_VERSION_ARCHITECTURE.deb` in one folder.
///
/// Read once, at the start: what is served is what was hashed then.
public struct AgentPackages: Sendable {
    /// One package.
    public struct Package: Sendable, Hashable {
        /// Its file's name.
        public var file: String
        /// Debian's name of the architecture, such as `arm64`.
        public var architecture: String
        /// SHA-256 of the file, hexadecimal.
        public var sha256: String
        /// Its length.
        public var bytes: UInt64
    }

    /// The newest package of each architecture, sorted by it.
    public let packages: [Package]
    private let folder: String

    /// No packages.
    public static let none = AgentPackages(folder: "", packages: [])
    /// No package is larger.
    private static let largestBytes: UInt64 = 256 << 20

    private init(folder: String, packages: [Package]) {
        self.folder = folder
        self.packages = packages
    }

    /// Reads a folder; other files in it are left alone.
    ///
    /// - Parameter folder: where the packages are.
    /// - Throws: when the folder or a package in it cannot be read.
    public init(folder: String) throws {
        var newest: [String: (version: String, file: String)] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) {
            guard let (version, architecture) = Self.parts(file) else { continue }
            if let known = newest[architecture], known.version.compare(version, options: .numeric) != .orderedAscending
            {
                continue
            }
            newest[architecture] = (version, file)
        }
        let packages = try newest.map { architecture, entry in
            let (sha256, bytes) = try Self.hash(folder + "/" + entry.file)
            return Package(file: entry.file, architecture: architecture, sha256: sha256, bytes: bytes)
        }
        self.init(folder: folder, packages: packages.sorted { $0.architecture < $1.architecture })
    }

    /// Where a package lies; nil for a name that is none of `packages`, so that no name leads out of the folder.
    func path(of file: String) -> (path: String, package: Package)? {
        packages.first { $0.file == file }.map { (folder + "/" + file, $0) }
    }

    /// Version and architecture of a package's file name.
    static func parts(_ file: String) -> (version: String, architecture: String)? {
        let words = file.split(separator: "_", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == "edgeprof-agent", words[2].hasSuffix(".deb") else { return nil }
        let architecture = words[2].dropLast(4)
        // Both go into a shell script.
        let isPlain = { (text: Substring, more: String) in
            !text.isEmpty && text.count <= 64
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || more.contains($0)) }
        }
        guard isPlain(words[1], ".+~-"), isPlain(architecture, "-") else { return nil }
        return (String(words[1]), String(architecture))
    }

    private static func hash(_ path: String) throws -> (String, UInt64) {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        defer { try? handle.close() }
        var hash = SHA256()
        var bytes: UInt64 = 0
        while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
            bytes += UInt64(chunk.count)
            guard bytes <= largestBytes else {
                throw CocoaError(.fileReadTooLarge, userInfo: [NSFilePathErrorKey: path])
            }
            hash.update(data: chunk)
        }
        return (hash.finalize().map { String(format: "%02x", $0) }.joined(), bytes)
    }
}
