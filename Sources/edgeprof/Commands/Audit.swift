import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof audit`.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What administrators did.",
        discussion: "Example: edgeprof audit list",
        subcommands: [List.self]
    )

    /// The command `edgeprof audit list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List administrative acts, newest first: who, what, when, from where and with what result.",
            discussion: "Needs an administrator's token. Example: edgeprof audit list --limit 20 --format json"
        )
        @OptionGroup var output: OutputOptions

        @Option(help: ArgumentHelp("Most entries to list.", valueName: "n"))
        var limit = 100

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit must be 1 to 100000") }
        }

        func run() async throws {
            let client = try CollectorConnection.saved()
            var entries: [AuditEntry] = []
            var cursor: String?
            repeat {
                let page = try await client.audit(after: cursor, limit: min(500, limit - entries.count))
                entries += page.entries
                cursor = page.nextCursor
            } while cursor != nil && entries.count < limit
            try output.write(
                AuditPage(entries: entries, nextCursor: cursor),
                as: Table(
                    columns: [.text("at"), .text("token"), .text("from"), .text("act"), .text("target")]
                        + [.text("detail"), .text("result")],
                    rows: entries.map {
                        [
                            $0.at.shortDescription, $0.tokenId ?? "this machine", $0.client ?? "", $0.action,
                            $0.target ?? "", $0.detail ?? "", $0.status.map(String.init) ?? "unfinished",
                        ]
                    }
                )
            )
        }
    }
}
