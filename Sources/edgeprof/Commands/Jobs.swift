import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof jobs`.
struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask agents to profile models.",
        discussion: "Example: edgeprof jobs create resnet18 densenet121",
        subcommands: [Create.self, List.self, Show.self, Wait.self, Cancel.self]
    )

    /// The command `edgeprof jobs create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask agents to profile models.",
            discussion: """
                A model is a zoo model, the name of a pushed file (edgeprof models list), or a pushed file's SHA-256.

                Examples:
                  edgeprof jobs create resnet18 densenet121 --label site=lab --duration 10s
                  edgeprof models push mine-int8.onnx && edgeprof jobs create mine-int8
                  edgeprof jobs create resnet18 --window 22:00-06:00 --every 24h --deadline 30d
                """
        )

        @Argument(help: ArgumentHelp("Models, in the order they are run.", valueName: "model"))
        var models: [String]

        @Option(
            name: .customLong("label"),
            help: ArgumentHelp("Only agents with this label; repeatable.", valueName: "key=value")
        )
        var labels: [LabelArgument] = []

        @Option(help: ArgumentHelp("Only agents whose host is of this tier now; see tiers list.", valueName: "id"))
        var tier: String?

        @OptionGroup var times: JobTimeOptions

        @Option(help: "single-stream or offline; offline, all instances busy, is what ROI is computed from.")
        var scenario: Scenario = .offline

        @Option(help: ArgumentHelp("Threads of each instance.", valueName: "n"))
        var threads: Int?

        @Option(help: ArgumentHelp("Instances; each agent fills its CPUs unless given.", valueName: "n"))
        var instances: Int?

        @Option(help: ArgumentHelp("Highest instruction set used; each agent's best unless given.", valueName: "isa"))
        var isa: String?

        @Option(help: "naive or fused.")
        var plan: PlanKind = .fused

        @Option(help: ArgumentHelp("Timed queries of each run, for example 10s.", valueName: "duration"))
        var duration = DurationArgument(seconds: 10)

        @Option(
            help: ArgumentHelp(
                "Idle power before and after each run, where an agent can measure energy: 5s to 10m, 0s for none.",
                valueName: "duration"
            )
        )
        var idle = DurationArgument(seconds: 5)

        @Option(
            help: ArgumentHelp("Run on until clock and heat are steady, for so long at most.", valueName: "duration")
        )
        var settle: DurationArgument?

        @Option(help: ArgumentHelp("Runs of each model on each agent, each in a fresh process.", valueName: "n"))
        var repetitions = 1

        @OptionGroup var output: OutputOptions

        func validate() throws {
            if let problem = settings.resolved(usableCpus: 1).problems().first { throw ValidationError(problem) }
            if tier?.isEmpty == true { throw ValidationError("--tier is empty; see: edgeprof tiers list") }
            if repetitions < 1 { throw ValidationError("--repetitions must be at least 1") }
        }

        private var settings: JobSettings {
            JobSettings(
                scenario: scenario,
                threads: threads,
                instances: instances,
                isa: isa,
                plan: plan,
                durationSeconds: duration.seconds,
                idleSeconds: idle.seconds,
                settleSeconds: settle?.seconds
            )
        }

        func run() async throws {
            let client = try CollectorConnection.saved()
            var request = JobRequest(
                models: try await JobModels.resolved(models, client),
                settings: settings,
                labels: Dictionary(labels.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
                repetitions: repetitions,
                tier: tier
            )
            times.apply(to: &request)
            let job = try await client.createJob(request)
            let shown = await JobModels.named([job], client)
            try output.write(job, as: Jobs.table(shown, isNarrow: output.isNarrow))
        }
    }

    /// The command `edgeprof jobs list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List jobs, newest first.",
            discussion: "Example: edgeprof jobs list --format csv"
        )
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let client = try CollectorConnection.saved()
            let list = try await client.jobs()
            let shown = await JobModels.named(list.jobs, client)
            try output.write(list, as: Jobs.table(shown, isNarrow: output.isNarrow))
            FirstSteps.say(FirstSteps.noJobs, where: list.jobs.isEmpty)
        }
    }

    /// The command `edgeprof jobs wait`.
    struct Wait: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wait until every run of a job is stored.",
            discussion:
                """
                Ends with 1 when runs failed, were cancelled or expired, or the time ran out. Of a schedule, waits for \
                this round. A collector that is away meanwhile is waited for.

                Example: edgeprof jobs wait ID --timeout 10m
                """
        )

        @Argument(help: "The job's id.") var id: String

        @Option(help: ArgumentHelp("Give up after this long.", valueName: "duration"))
        var timeout = DurationArgument(seconds: 3600)

        func validate() throws { try requireId(id) }

        func run() async throws {
            let client = try CollectorConnection.saved()
            let deadline = ContinuousClock.now + .milliseconds(Int64(min(timeout.seconds, 1e9) * 1000))
            var unreachable: String?
            var shown = -1
            while true {
                do {
                    let job = try await client.job(id)
                    unreachable = nil
                    if job.finished != shown {
                        shown = job.finished
                        Terminal.progress("\(job.finished) of \(job.total) runs stored")
                    }
                    if job.isDone {
                        Terminal.progress("")
                        return try finish(job)
                    }
                } catch let error as CollectorError where error.isPassing {
                    if unreachable == nil { Terminal.complain("\(error); still waiting") }
                    unreachable = "\(error)"
                }
                guard ContinuousClock.now < deadline else {
                    Terminal.progress("")
                    throw InputError(unreachable ?? "job \(id): not done in time; see: edgeprof jobs list")
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }

        private func finish(_ job: JobRecord) throws {
            if let ending = JobWords.ending(of: job) {
                throw InputError("job \(id): \(ending); see: edgeprof jobs show \(id)")
            }
            guard job.failed == 0 else {
                throw InputError(
                    "job \(id): \(job.failed) of \(job.total) runs failed; see: edgeprof runs list --job \(id)"
                )
            }
            Terminal.write("job \(id): \(job.total) run\(job.total == 1 ? "" : "s") stored\n")
        }
    }

    private static func table(_ jobs: [JobRecord], isNarrow: Bool) -> Table {
        Table(
            columns: [.text("job"), .text("state"), .number("done"), .number("of"), .number("failed")]
                + (isNarrow ? [] : [.text("created")]) + [.text("models")],
            rows: jobs.map {
                [$0.id, JobWords.state(of: $0), String($0.finished), String($0.total), String($0.failed)]
                    + (isNarrow ? [] : [$0.createdAt.shortDescription]) + [$0.request.models.joined(separator: " ")]
            }
        )
    }
}

extension CollectorError {
    /// Whether asking again later may help.
    fileprivate var isPassing: Bool {
        switch code {
        case .unreachable(let reason): reason != .badRequest && reason != .tls
        case .unavailable: true
        default: false
        }
    }
}
