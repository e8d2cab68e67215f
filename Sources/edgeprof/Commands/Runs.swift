import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof runs`.
struct Runs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measurements the collector holds.",
        discussion: "Example: edgeprof runs list --model resnet18",
        subcommands: [List.self, Show.self, Compare.self, RunsExport.self, RunsImport.self]
    )

    /// The command `edgeprof runs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List runs, newest first.",
            discussion: "Example: edgeprof runs list --model resnet18 --started-from 2026-11-01 --without-flag burst"
        )

        @OptionGroup var runs: RunFilterOptions
        @Option(help: ArgumentHelp("At most this many.", valueName: "n")) var limit = 50
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if limit < 1 { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            let client = try CollectorConnection.saved()
            var found: [CollectedRun] = []
            var cursor: String?
            repeat {
                let page = try await client.collectedRuns(
                    runs.filter,
                    limit: min(limit - found.count, 500),
                    cursor: cursor
                )
                found += page.runs
                // A page of rare runs may be empty and yet not the last.
                cursor = page.nextCursor
            } while cursor != nil && found.count < limit
            try output.write(
                CollectedRunListJSON(found),
                as: RunTable.table(found.map(\.run), width: output.resolved == .table ? Terminal.width : .max)
            )
            FirstSteps.say(FirstSteps.noRuns, where: found.isEmpty)
        }
    }

    /// The command `edgeprof runs show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show everything one run says.",
            discussion: "Example: edgeprof runs show ID"
        )
        @Argument(help: "The run's id.") var id: String
        @OptionGroup var output: OutputOptions

        func validate() throws { try requireId(id) }

        func run() async throws {
            let run = try await CollectorConnection.saved().collectedRun(id)
            try output.write(CollectedRunJSON(run), as: RunTable.details(run))
        }
    }
}
