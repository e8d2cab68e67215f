import ArgumentParser
import CollectorAPI
import CollectorStore

/// How long what is stored stays.
struct RetentionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How long runs keep their layers, as 90d; for ever unless given.",
            valueName: "time"
        )
    )
    var keepLayers: KeepingTime?

    @Option(
        help: ArgumentHelp(
            "How long runs stay that no ranking uses, as 2y; for ever unless given.",
            valueName: "time"
        )
    )
    var keepRuns: KeepingTime?

    /// The policy asked for.
    var policy: RetentionPolicy {
        RetentionPolicy(layerSeconds: keepLayers?.seconds, runSeconds: keepRuns?.seconds)
    }
}

/// A time on the command line: a whole number of hours, days, weeks or years of 365 days.
struct KeepingTime: ExpressibleByArgument, Equatable {
    /// Seconds, an hour at least.
    var seconds: Int

    init?(argument: String) {
        let units = ["h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000]
        guard let unit = argument.last.flatMap({ units[String($0)] }), let count = Int(argument.dropLast()),
            count > 0, count <= 1000 * 31_536_000 / unit
        else { return nil }
        seconds = count * unit
    }
}

struct PruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract:
            "Takes away old layers and runs once, as serve does with the same options; works while collectors serve.",
        discussion: """
            Nothing goes unless told. Times are counted from when the collector received a run. Runs that a ranking uses, the latest 32 of \
            each model, host and configuration, stay however old.

            Example: edgeprof-collector prune --keep-layers 90d --keep-runs 2y --dry-run
            """
    )

    @OptionGroup var data: DataDirectoryOption
    @OptionGroup var retention: RetentionOptions

    @ArgumentParser.Flag(help: "Only say what would go.")
    var dryRun = false

    func validate() throws {
        if retention.policy.keepsEverything { throw ValidationError("give --keep-layers or --keep-runs, or both") }
    }

    func run() async throws {
        let store = try await SQLStore.open(at: data.location())
        let moment = now()
        if dryRun {
            let outcome = try await store.forecast(retention.policy, at: moment)
            if retention.keepRuns != nil {
                try say("would delete \(outcome.deletedRuns) runs; \(outcome.rankedRuns) as old stay for rankings")
            }
            if retention.keepLayers != nil { try say("would take the layers of up to \(outcome.strippedRuns) runs") }
        } else {
            let outcome = try await RetentionService.pass(store, retention.policy, at: moment) {
                try await RetentionService.rest($0)
            }
            try say(
                "deleted \(outcome.deletedRuns) runs, \(outcome.rankedRuns) as old stay for rankings; "
                    + "took the layers of \(outcome.strippedRuns)"
            )
            for month in outcome.droppedMonths { try say("dropped the partition of \(month)") }
        }
        try store.close()
    }
}
