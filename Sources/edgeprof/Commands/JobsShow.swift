import ArgumentParser
import EdgeprofAPI
import HTTPTransport

extension Jobs {
    /// The command `edgeprof jobs show`.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a job and what became of each part of it.",
            discussion: "Example: edgeprof jobs show ID"
        )

        @Argument(help: "The job's id.") var id: String
        @OptionGroup var output: OutputOptions

        func validate() throws { try requireId(id) }

        func run() async throws {
            let client = try CollectorConnection.saved()
            let job = try await client.job(id)
            let assignments = try await client.jobAssignments(id).assignments
            if output.resolved == .table {
                for line in JobWords.lines(of: job) + JobWords.totals(of: assignments) { Terminal.write(line + "\n") }
                Terminal.write("\n")
            }
            try output.write(
                Shown(job: job, assignments: assignments),
                as: Table(
                    columns: [.text("agent"), .path("model"), .text("state"), .text("run or reason")],
                    rows: assignments.map {
                        [$0.agentName, $0.model, JobWords.state(of: $0), $0.runId ?? $0.closedReason ?? ""]
                    }
                )
            )
        }

        /// The JSON form.
        private struct Shown: Encodable {
            var job: JobRecord
            var assignments: [JobAssignment]
        }
    }

    /// The command `edgeprof jobs cancel`.
    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give up what has no run yet of a job, or a whole schedule.",
            discussion: """
                A measurement under way is finished and its run kept. The first job of a schedule stands for the schedule: with it all of \
                its rounds are given up, and no more are made.

                Example: edgeprof jobs cancel ID
                """
        )

        @Argument(help: "The job's id.") var id: String

        func validate() throws { try requireId(id) }

        func run() async throws {
            let job = try await CollectorConnection.saved().cancelJob(id)
            let given = job.closed ?? 0
            guard job.cancelledAt != nil else { return Terminal.write("job \(id): done already; nothing to cancel\n") }
            let runs = "\(given) of \(job.total) run\(job.total == 1 ? "" : "s") given up"
            Terminal.write("job \(id): cancelled, \(runs)\(job.scheduleId == id ? "; its schedule ended" : "")\n")
        }
    }
}
