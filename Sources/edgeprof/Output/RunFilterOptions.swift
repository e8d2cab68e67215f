public import ArgumentParser
public import EdgeprofAPI

/// Which runs: what `runs list` and `runs export` take alike.
struct RunFilterOptions: ParsableArguments {
    @Option(help: "Only this model.") var model: String?
    @Option(help: "Only models whose file has this SHA-256.") var sha256: String?
    @Option(help: ArgumentHelp("Only this agent, by id.", valueName: "id")) var agent: String?
    @Option(help: ArgumentHelp("Only the host of this name.", valueName: "name")) var host: String?
    @Option(help: "Only hosts of this tier.") var tier: String?
    @Option(help: ArgumentHelp("Only this job.", valueName: "id")) var job: String?
    @Option(help: "Only this outcome: ok, crashed, oom, timeout or refused.") var outcome: Run.Outcome?
    @Option(
        help: ArgumentHelp(
            "Begun then or later by the host's clock, as 2026-11-22 or 2026-11-22T16:30:00Z.",
            valueName: "time"
        )
    )
    var startedFrom: TimeArgument?
    @Option(help: ArgumentHelp("Begun before, by the host's clock.", valueName: "time")) var startedTo: TimeArgument?
    @Option(help: ArgumentHelp("Received then or later, by the collector's clock.", valueName: "time"))
    var receivedFrom: TimeArgument?
    @Option(help: ArgumentHelp("Received before, by the collector's clock.", valueName: "time"))
    var receivedTo: TimeArgument?
    @Option(
        help: ArgumentHelp("Only of boxes whose clock was off by this much or more, such as 5s.", valueName: "duration")
    )
    var clockOff: DurationArgument?
    @Option(
        name: .customLong("flag"),
        help: ArgumentHelp("Only runs with this flag; may be repeated.", valueName: "flag")
    )
    var flags: [EdgeprofAPI.Flag] = []
    @Option(help: ArgumentHelp("Only runs without this flag; may be repeated.", valueName: "flag"))
    var withoutFlag: [EdgeprofAPI.Flag] = []

    /// The filter asked for.
    var filter: RunFilter {
        RunFilter(
            model: model,
            sha256: sha256,
            agentId: agent,
            hostname: host,
            tier: tier,
            jobId: job,
            outcome: outcome,
            startedFrom: startedFrom?.moment,
            startedTo: startedTo?.moment,
            receivedFrom: receivedFrom?.moment,
            receivedTo: receivedTo?.moment,
            clockOffSeconds: clockOff.map { Int($0.seconds.rounded(.up)) },
            flags: flags,
            withoutFlags: withoutFlag
        )
    }

    func validate() throws {
        if let clockOff, !(1...1e9).contains(clockOff.seconds.rounded(.up)) {
            throw ValidationError("--clock-off must be 1s to 11574d")
        }
        if let sha256, !Run.ModelReference.isSHA256(sha256) {
            throw ValidationError("--sha256 must be 64 lower-case hexadecimal digits")
        }
    }
}

/// A moment on the command line: a day in UTC, or RFC 3339.
struct TimeArgument: ExpressibleByArgument, Equatable {
    /// The moment.
    var moment: Timestamp

    init?(argument: String) {
        guard let moment = Timestamp(argument) ?? Timestamp(argument + "T00:00:00Z") else { return nil }
        self.moment = moment
    }
}

extension EdgeprofAPI.Flag: ExpressibleByArgument {}
