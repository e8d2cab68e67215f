public import ArgumentParser
public import EdgeprofAPI
import Foundation

/// When a job's measurements are made, and before which others.
struct JobTimeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("An agent does what has a higher priority first: -100 to 100.", valueName: "n"))
    var priority: Int?

    @Option(
        help: ArgumentHelp(
            "Begin measurements only in this part of the day, by each box's local time, for example 22:00-06:00.",
            valueName: "from-to"
        )
    )
    var window: TimeWindow?

    @Option(
        help: ArgumentHelp(
            "Give up what has not begun by then: 36h from now, or 2026-12-01T06:00Z.",
            valueName: "time"
        )
    )
    var deadline: DeadlineArgument?

    @Option(help: ArgumentHelp("Ask for the same again at this interval, for example 24h.", valueName: "duration"))
    var every: DurationArgument?

    func validate() throws {
        if let priority, !(-100...100).contains(priority) { throw ValidationError("--priority must be -100 to 100") }
        if let every, !(60...31_536_000).contains(every.seconds) {
            throw ValidationError("--every must be 1m to 365d")
        }
    }

    /// Writes the options into a request.
    func apply(to request: inout JobRequest) {
        request.priority = priority
        request.window = window
        request.deadline = deadline?.moment(from: Date())
        request.everySeconds = every.map { Int($0.seconds.rounded()) }
    }
}

/// A moment on the command line: a duration from now, or an RFC 3339 time.
enum DeadlineArgument: ExpressibleByArgument, Equatable {
    case after(DurationArgument)
    case at(Timestamp)

    init?(argument: String) {
        if let duration = DurationArgument(argument: argument) {
            self = .after(duration)
        } else if let moment = Timestamp(argument) ?? Timestamp(argument.prefix(16) + ":00" + argument.dropFirst(16)) {
            // People leave the seconds out.
            self = .at(moment)
        } else {
            return nil
        }
    }

    /// The moment meant.
    func moment(from now: Date) -> Timestamp {
        switch self {
        case .at(let moment): moment
        case .after(let duration):
            Timestamp(millisecondsSinceEpoch: Int64((now.timeIntervalSince1970 + min(duration.seconds, 1e11)) * 1000))
        }
    }
}

extension TimeWindow: ExpressibleByArgument {
    /// Reads `22:00-06:00`.
    public init?(argument: String) { self.init(argument) }
}
