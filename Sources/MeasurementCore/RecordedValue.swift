public import HostInfo

/// A number that was observed, or why there is none.
public struct RecordedValue: Sendable, Hashable {
    /// Whether it could be read.
    public var availability: RecordedAvailability
    /// Why not and how to mend it; empty when it could.
    public var reason: String
    /// The number; 0 when it could not be read.
    public var value: Double

    /// A value that was read.
    public init(_ value: Double) {
        (availability, reason, self.value) = (.ok, "", value)
    }

    /// No value, and why.
    public init(unavailable availability: RecordedAvailability, reason: String) {
        (self.availability, self.reason, value) = (availability, reason, 0)
    }

    /// What a probe says.
    init(_ reading: Reading<Double>) {
        if let value = reading.value {
            self.init(value)
        } else {
            self.init(
                unavailable: RecordedAvailability(reading.availability.status),
                reason: reading.availability.explanation
            )
        }
    }
}

extension RecordedAvailability {
    /// The same as a probe names it.
    public init(_ status: Availability.Status) {
        switch status {
        case .ok: self = .ok
        case .denied: self = .denied
        case .absent: self = .absent
        }
    }
}

extension Availability {
    /// Reason and remedy in one line; empty when there is nothing to explain.
    public var explanation: String {
        [reason, remedy.map { "mend with: \($0)" }].compactMap { $0 }.joined(separator: "; ")
    }
}

extension RecordBytes {
    mutating func append(_ value: RecordedValue) {
        append(value.availability.rawValue)
        append(value.reason)
        append(value.value)
    }
}

extension RecordReader {
    mutating func value() throws(RecordError) -> RecordedValue {
        let (availability, reason) = (try availability(), try text())
        let number = try real()
        guard availability != .ok else { return RecordedValue(number) }
        guard number == 0 else { throw RecordError("what could not be read has a value") }
        return RecordedValue(unavailable: availability, reason: reason)
    }
}
