import ArgumentParser
import EdgeprofAPI
import Glibc

@main
struct EdgeprofCollector: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgeprof-collector",
        abstract: "Stores the measurements of edgeprof agents and ranks models by what they return.",
        discussion: """
            Start with `init`, which prints the first admin token, then `serve`. Exit codes: 0 done, 1 failed, \
            2 bad usage, 3 `migrate --check` found something due.
            """,
        version: Edgeprof.version,
        subcommands: [
            InitCommand.self, ServeCommand.self, TokenCommand.self, MigrateCommand.self, BackupCommand.self,
            RestoreCommand.self, CopyCommand.self, RebuildRollupsCommand.self, PruneCommand.self,
        ]
    )

    static func main() async {
        var code: Int32 = 0
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            code = Termination(error).reported()
        }
        // Not `exit`: the thread that listens to PostgreSQL may be inside OpenSSL, whose exit handlers free what it uses.
        fflush(nil)
        _exit(code)
    }
}
