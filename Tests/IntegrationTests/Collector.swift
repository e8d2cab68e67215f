import Foundation
import ProcessTestSupport
import Testing

/// A real collector on a free loopback port, with a folder of its own.
final class Collector {
    let folder: TemporaryFolder
    private(set) var url = ""
    private(set) var port = 0
    private var process: TestProcess?

    private let options: [String]

    /// Sets up a store and starts a collector on it, with more options to `serve`.
    init(serving options: [String] = []) throws {
        self.options = options
        folder = try TemporaryFolder()
        let initialized = try Programs.run("edgeprof-collector", ["init", "--data-dir", folder.path("data")])
        try #require(initialized.status == 0, "\(initialized.errors)")
        let token = try #require(
            initialized.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("edgeprof_admin_") }
        )
        _ = try folder.write(token + "\n", to: "admin-token")
        try start(port: 0)
        let login = try edgeprof("login", url, "--token-file", folder.path("admin-token"))
        try #require(login.status == 0, "\(login.errors)")
    }

    /// Starts (again) on a port; 0 for a free one.
    func start(port wanted: Int) throws {
        let log = try folder.newFile("log")
        process = try Programs.start(
            "edgeprof-collector",
            ["serve", "--data-dir", folder.path("data"), "--port", "\(wanted)"] + options,
            log: log
        )
        let prefix = "listening on http://127.0.0.1:"
        for _ in 0..<300 {
            let text = try String(contentsOfFile: folder.path("log"), encoding: .utf8)
            if let line = text.split(whereSeparator: \.isNewline).first(where: { $0.contains(prefix) }),
                let number = line.components(separatedBy: prefix).last.flatMap({ Int($0.prefix { $0.isNumber }) })
            {
                port = number
                url = "http://127.0.0.1:\(number)"
                return
            }
            Thread.sleep(forTimeInterval: 0.1)
        }
        Issue.record("the collector did not start: \(try String(contentsOfFile: folder.path("log"), encoding: .utf8))")
    }

    /// Kills it as a power cut would.
    func kill9() {
        process?.end(SIGKILL)
    }

    /// Ends it as a service manager would.
    func stop() {
        process?.end()
    }

    /// Runs the command line as the user who is logged in here.
    func edgeprof(_ arguments: String...) throws -> Programs.Result {
        try Programs.run("edgeprof", arguments, environment: ["XDG_CONFIG_HOME": folder.path("config")])
    }
}
