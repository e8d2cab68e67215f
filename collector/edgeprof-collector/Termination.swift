import ArgumentParser
import CollectorStore
import Foundation

/// How a command ends: what is printed where, and the exit code.
struct Termination {
    var message: String
    var code: Int32

    /// Maps help to 0, bad usage to 2, and everything else to 1 with one line.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError:
            self.init(message: "edgeprof-collector: \(error)", code: 1)
        case let error as Failure:
            self.init(message: "edgeprof-collector: \(error.message)", code: 1)
        case let code as ExitCode:
            self.init(message: "", code: code.rawValue)
        default:
            let code = EdgeprofCollector.exitCode(for: error)
            if code.isSuccess {
                self.init(message: EdgeprofCollector.fullMessage(for: error), code: 0)
            } else if code == .validationFailure {
                self.init(message: EdgeprofCollector.fullMessage(for: error), code: 2)
            } else {
                self.init(message: "edgeprof-collector: \(error)".replacing("\n", with: " "), code: 1)
            }
        }
    }

    private init(message: String, code: Int32) {
        self.message = message
        self.code = code
    }

    /// Prints the message and returns the code.
    func reported() -> Int32 {
        let handle = code == 0 ? FileHandle.standardOutput : FileHandle.standardError
        guard !message.isEmpty else { return code }
        try? handle.write(contentsOf: Data((message + "\n").utf8))
        return code
    }
}

/// A failure of a command, told in one line that says what to do.
struct Failure: Error {
    var message: String
}
