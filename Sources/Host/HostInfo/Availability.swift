/// Whether something can be measured on this host, and if not, why and what would mend it.
///
/// A quantity that cannot be read is never reported as zero: it carries one of these instead.
public struct Availability: Sendable, Hashable {
    /// The three answers a report shows.
    public enum Status: String, Sendable, CaseIterable {
        /// It can be read.
        case ok
        /// The host has it, but this process may not read it.
        case denied
        /// The host does not have it.
        case absent
    }

    /// The answer.
    public let status: Status
    /// Why it cannot be read, in one clause; nil when it can.
    public let reason: String?
    /// The command that mends it; nil when nothing can, or nothing need be.
    public let remedy: String?

    private init(status: Status, reason: String?, remedy: String?) {
        self.status = status
        self.reason = reason
        self.remedy = remedy
    }

    /// It can be read.
    public static let ok = Availability(status: .ok, reason: nil, remedy: nil)

    /// The host has it, but this process may not read it.
    public static func denied(_ reason: String, remedy: String? = nil) -> Availability {
        Availability(status: .denied, reason: reason, remedy: remedy)
    }

    /// The host does not have it; `remedy` is for what a changed configuration would bring.
    public static func absent(_ reason: String, remedy: String? = nil) -> Availability {
        Availability(status: .absent, reason: reason, remedy: remedy)
    }

    /// Whether it can be read.
    public var isOK: Bool { status == .ok }
}

/// A value read from the host, or why there is none.
public enum Reading<Value: Sendable>: Sendable {
    /// What was read.
    case value(Value)
    /// Why nothing was.
    case unavailable(Availability)

    /// The value, or nil.
    public var value: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// `ok` for a value, else why there is none.
    public var availability: Availability {
        switch self {
        case .value: .ok
        case .unavailable(let availability): availability
        }
    }

    /// The same reading of a quantity derived from this one; `transform` may refuse too.
    public func flatMap<Other>(_ transform: (Value) -> Reading<Other>) -> Reading<Other> {
        switch self {
        case .value(let value): transform(value)
        case .unavailable(let availability): .unavailable(availability)
        }
    }
}

extension Reading: Equatable where Value: Equatable {}
