/// A number that was observed, or why there is none.
public struct MeasuredValue: Codable, Sendable, Hashable {
    /// Whether it could be read.
    public var availability: Availability
    /// Why not and how to mend it, when it could not.
    public var reason: String?
    /// The number, in the unit its field names; nil when it could not be read.
    public var value: Double?

    /// A value that was read.
    public init(_ value: Double) {
        (availability, reason, self.value) = (.ok, nil, value)
    }

    /// No value, and why.
    public init(unavailable availability: Availability, reason: String) {
        (self.availability, self.reason, value) = (availability, reason, nil)
    }
}
