public import ArgumentParser
public import EdgeprofAPI

/// A duration on the command line: a number with `ms`, `s`, `m`, `h` or `d`.
struct DurationArgument: ExpressibleByArgument, Equatable, CustomStringConvertible {
    /// Seconds.
    var seconds: Double

    /// As it is written on the command line, in seconds.
    var description: String { seconds == seconds.rounded() ? "\(Int(exactly: seconds) ?? 0)s" : "\(seconds)s" }

    /// Makes a duration.
    init(seconds: Double) {
        self.seconds = seconds
    }

    init?(argument: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]
        guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Double(argument.dropLast(unit.count)), number.isFinite, number >= 0
        else { return nil }
        seconds = number * factor
    }
}

/// A size on the command line: bytes, or a number with `KiB`, `MiB` or `GiB`.
struct BytesArgument: ExpressibleByArgument, Equatable {
    /// Bytes.
    var bytes: UInt64

    init?(argument: String) {
        let units: [(String, UInt64)] = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)]
        guard let (unit, factor) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = UInt64(argument.dropLast(unit.count))
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        guard !overflow, product > 0 else { return nil }
        bytes = product
    }
}

/// A label on the command line: `key=value`.
struct LabelArgument: ExpressibleByArgument, Equatable {
    /// Left of the first `=`.
    var key: String
    /// Right of it.
    var value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty else { return nil }
        key = String(parts[0])
        value = String(parts[1])
    }
}

extension Scenario: ExpressibleByArgument {}
extension PlanKind: ExpressibleByArgument {}
extension TokenRole: ExpressibleByArgument {
    /// Those a person can ask for; agents get theirs by enrolling.
    public static var allValueStrings: [String] { [enrollment, viewer, admin].map(\.rawValue) }
}
extension Run.Outcome: ExpressibleByArgument {}

/// Refuses an empty id, which would ask for the whole list instead.
func requireId(_ id: String) throws {
    if id.isEmpty { throw ValidationError("the id is empty") }
}
