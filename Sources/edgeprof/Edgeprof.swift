import ArgumentParser
import EdgeprofAPI
import Glibc

/// The command line: parses, runs, maps errors to exit codes.
@main
struct EdgeprofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edgeprof",
        abstract: "Which vision model, on which hardware tier, earns most?",
        discussion: """
            Measures int8 networks on this box (models, inspect, export, quantize, run, evaluate, profile, kernels, \
            doctor) and, with a collector, on a fleet (login, agents, jobs, runs, summary, tiers, rank, plan).

            Exit codes: 0 done, 1 failed, 2 bad usage, 3 a gate not passed.
            """,
        version: Edgeprof.version,
        subcommands: [],
        groupedSubcommands: [
            CommandGroup(
                name: "On this box",
                subcommands: [
                    Models.self, Inspect.self, Export.self, Quantize.self, RunModel.self, Evaluate.self, Profile.self,
                    Kernels.self,
                    Doctor.self,
                ]
            ),
            CommandGroup(
                name: "With a collector",
                subcommands: [
                    Login.self, Tokens.self, Audit.self, Agents.self, Jobs.self, Runs.self, Summary.self, Tiers.self,
                    Rank.self, PlanCommand.self, Report.self,
                ]
            ),
        ]
    )

    /// Runs the program; an error is one line on standard error.
    static func main() async {
        // A reader that goes away, as `head` does, is met where output is written.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let message = fullMessage(for: error)
            switch exitCode(for: error) {
            case .success: Terminal.write(message + "\n")
            case .validationFailure:
                Terminal.complain(message)
                exit(withCode: 2)
            default:
                if !message.isEmpty { Terminal.complain("edgeprof: \(error)") }
                // 1, but for a gate that was not passed.
                exit(withCode: (error as? ExitCode)?.rawValue ?? 1)
            }
        }
    }

    private static func exit(withCode code: Int32) -> Never { exit(withError: ExitCode(code)) }
}
