import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof runs`.
struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measurements the collector holds.",
        subcommands: [List.self, Show.self]
    )

    /// The command `edgeprof runs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List runs, newest first.")

        @Option(help: "Only this model.") var model: String?
        @Option(help: ArgumentHelp("Only this agent, by id.", valueName: "id")) var agent: String?
        @Option(help: ArgumentHelp("Only this job.", valueName: "id")) var job: String?
        @Option(help: "Only this outcome: ok, crashed, oom, timeout or refused.") var outcome: Run.Outcome?
        @Option(help: ArgumentHelp("At most this many.", valueName: "n")) var limit = 50
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if limit < 1 { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            let client = try CollectorConnection.saved()
            let filter = RunFilter(model: model, agentId: agent, jobId: job, outcome: outcome)
            var runs: [Run] = []
            var cursor: String?
            repeat {
                let page = try await client.runs(filter, limit: min(limit - runs.count, 500), cursor: cursor)
                runs += page.runs
                cursor = page.runs.isEmpty ? nil : page.nextCursor
            } while cursor != nil && runs.count < limit
            try output.write(
                RunListJSON(runs),
                as: RunTable.table(runs, width: output.resolved == .table ? Terminal.width : .max)
            )
        }
    }

    /// The command `edgeprof runs show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show everything one run says.")
        @Argument(help: "The run's id.") var id: String
        @OptionGroup var output: OutputOptions

        func validate() throws { try requireId(id) }

        func run() async throws {
            let run = try await CollectorConnection.saved().run(id)
            try output.write(RunJSON(run), as: RunTable.details(run))
        }
    }
}
