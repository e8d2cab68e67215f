/// A part of every day, such as the night: written `{"from":"22:00","to":"06:00"}`.
///
/// From `from` on, up to but not including `to`; it may cross midnight, and is all day where both are the same. Whose clock is meant, its user says.
public struct TimeWindow: Sendable, Hashable {
    /// Minutes of a day.
    public static let minutesADay = 1440

    /// First minute of the day that is inside, 0...1439.
    public let fromMinute: Int
    /// First minute of the day that is outside again, 0...1439.
    public let toMinute: Int

    /// Makes a window; nil where a minute is none of a day.
    public init?(fromMinute: Int, toMinute: Int) {
        let minutes = 0..<Self.minutesADay
        guard minutes.contains(fromMinute), minutes.contains(toMinute) else { return nil }
        self.fromMinute = fromMinute
        self.toMinute = toMinute
    }

    /// Reads `22:00-06:00`; nil when it is no window.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = Self.minute(parts[0]), let to = Self.minute(parts[1]) else { return nil }
        self.init(fromMinute: from, toMinute: to)
    }

    /// Whether a minute of the day is inside.
    public func contains(minute: Int) -> Bool {
        fromMinute < toMinute
            ? (fromMinute..<toMinute).contains(minute) : minute >= fromMinute || minute < toMinute
    }

    /// The minute of the day, 0...1439, that clocks show so many seconds ahead of UTC.
    public static func minuteOfDay(at moment: Timestamp, utcOffsetSeconds: Int) -> Int {
        // Reduced to a day first: an offset is told by others, and no sum may overflow.
        let local = moment.millisecondsSinceEpoch % 86_400_000 + Int64(utcOffsetSeconds % 86_400) * 1000
        let minute = (local % 86_400_000 + 86_400_000) % 86_400_000 / 60_000
        return Int(minute)
    }

    /// Reads `HH:MM`.
    private static func minute(_ text: Substring) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - Int(UInt8(ascii: "0")) }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits[2] < 6 else { return nil }
        let hour = digits[0] * 10 + digits[1]
        return hour < 24 ? hour * 60 + digits[2] * 10 + digits[3] : nil
    }

    private static func text(_ minute: Int) -> String {
        let (hour, rest) = minute.quotientAndRemainder(dividingBy: 60)
        return (hour < 10 ? "0" : "") + "\(hour):" + (rest < 10 ? "0" : "") + "\(rest)"
    }
}

extension TimeWindow: CustomStringConvertible {
    /// As in `22:00-06:00`.
    public var description: String { Self.text(fromMinute) + "-" + Self.text(toMinute) }
}

extension TimeWindow: Codable {
    private enum CodingKeys: String, CodingKey { case from, to }

    /// Reads `from` and `to`, `HH:MM` each.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let (from, to) = (
            try container.decode(String.self, forKey: .from), try container.decode(String.self, forKey: .to)
        )
        guard let window = TimeWindow(from + "-" + to) else {
            throw DecodingError.dataCorruptedError(
                forKey: .from,
                in: container,
                debugDescription: "not a window of the day such as from 22:00 to 06:00"
            )
        }
        self = window
    }

    /// Writes `from` and `to`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.text(fromMinute), forKey: .from)
        try container.encode(Self.text(toMinute), forKey: .to)
    }
}
