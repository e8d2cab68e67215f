import AgentRuntime
import ArgumentParser
import EdgeprofAPI
import Glibc
import Measurement

/// The agent's program: parses, runs, maps errors to exit codes.
@main
struct EdgeprofAgent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgeprof-agent",
        abstract: "Profiles vision models on this box for an edgeprof collector.",
        discussion: """
            Enrol once, then keep 'run' running. The agent asks its collector for work, opens no port and needs no \
            privileges. Finished runs wait in the state directory until the collector has them.

            Exit codes: 0 done, 1 failed, 2 bad usage.
            """,
        version: Edgeprof.version,
        subcommands: [EnrollCommand.self, RunCommand.self, MeasureCommand.self]
    )

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as AgentError {
            complain("edgeprof-agent: \(error)")
            Glibc.exit(error.code == .badArgument ? 2 : 1)
        } catch let error as MeasurementError {
            complain("edgeprof-agent: \(error)")
            Glibc.exit(1)
        } catch {
            let message = fullMessage(for: error)
            guard exitCode(for: error).isSuccess else {
                complain(message)
                Glibc.exit(exitCode(for: error) == .validationFailure ? 2 : 1)
            }
            print(message)
        }
    }

    /// Writes a line to standard error.
    static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Nobody is left to be told when this fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

/// Where the agent keeps its state.
struct StateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Folder for the agent's identity and its unsent runs.", valueName: "dir"))
    var stateDir = "/var/lib/edgeprof-agent"
}
