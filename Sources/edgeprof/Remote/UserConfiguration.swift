import Foundation
import HTTPTransport

/// The collector this user works with: kept by `edgeprof login`, readable by the user alone.
struct UserConfiguration: Codable, Equatable {
    /// The collector's address, without a trailing slash.
    var url: String
    /// Bearer token.
    var token: String
    /// By what the collector is known over TLS; nil for the system's certificate authorities.
    var trust: TLSTrust?

    /// Where the configuration lies.
    static func path() throws -> String { try UserDirectories.configuration() + "/config.json" }

    /// Reads the configuration.
    ///
    /// - Throws: `InputError` when there is none yet or it cannot be read.
    static func load(path: String) throws -> UserConfiguration {
        guard FileManager.default.fileExists(atPath: path) else {
            throw InputError("no collector yet; run: edgeprof login URL --token-file FILE")
        }
        return try InputFile.json(path: path, remedy: "run: edgeprof login URL --token-file FILE")
    }

    /// Writes the configuration whole or not at all, mode 0600 in a folder of mode 0700.
    func save(path: String) throws {
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        do {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw InputError("\(directory): cannot be made; check its permissions")
        }
        let temporary = path + ".new-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw InputError("\(temporary): \(String(cString: strerror(errno)))") }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        do {
            let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            try handle.write(contentsOf: try encoder.encode(self))
            try handle.synchronize()
            guard rename(temporary, path) == 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
        } catch {
            unlink(temporary)
            throw (error as? InputError) ?? InputError("\(path): cannot be written; is the disk full?")
        }
    }
}
