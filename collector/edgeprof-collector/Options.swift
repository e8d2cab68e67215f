import ArgumentParser
import CollectorStore
import EdgeprofAPI
import Foundation

/// Where the store is.
struct DataDirectoryOption: ParsableArguments {
    @Option(help: ArgumentHelp("Folder of the store.", valueName: "folder"))
    var dataDir = "/var/lib/edgeprof-collector"

    @Option(
        help: ArgumentHelp(
            "Store elsewhere: postgres://user@host/database, or @FILE that holds such a URL with its password.",
            valueName: "store"
        )
    )
    var store: String?

    /// The store: what --store says, else the folder.
    func location() throws -> StoreLocation { try store.map(StoreLocation.init(argument:)) ?? .directory(directory) }

    /// The folder as an absolute path, so that messages name it whatever the working directory.
    var directory: StoreDirectory { StoreDirectory(path: URL(fileURLWithPath: dataDir).path) }

    func validate() throws {
        if dataDir.isEmpty { throw ValidationError("--data-dir is empty; give the folder of the store") }
    }
}

/// Reads one of a few words of an option.
func oneOf<Value: RawRepresentable & Equatable>(
    _ values: [Value]
) -> @Sendable (String) throws -> Value where Value: Sendable, Value.RawValue == String {
    { text in
        guard let value = values.first(where: { $0.rawValue == text }) else {
            throw ValidationError("give one of " + values.map(\.rawValue).joined(separator: ", "))
        }
        return value
    }
}

/// Writes to standard output at once, for others wait for these lines.
func say(_ line: String) throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8))
    } catch {
        throw Failure(message: "cannot write to standard output")
    }
}

/// The time of day.
func now() -> Timestamp {
    Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
}
