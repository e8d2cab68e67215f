import ArgumentParser
import CollectorAPI
import Glibc
import Logging
import Systemd

/// How the log is written to standard error.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    /// For people and for the journal.
    case text
    /// For programs that collect logs.
    case json

    /// The handler of one logger.
    var handler: @Sendable (String) -> any LogHandler {
        switch self {
        case .text: { ServiceLogHandler(label: $0) }
        case .json:
            { label in
                JSONLogHandler(label: label, clock: now) { line in
                    // Nobody is left to be told when this fails.
                    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
                }
            }
        }
    }
}
