import EdgeprofAPI

/// A gate that cannot be read: the expression, a caret under the place, and what is allowed there.
public struct GateSyntaxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The expression.
    public var expression: String
    /// Characters before the place.
    public var offset: Int
    /// What is allowed there.
    public var message: String

    /// Three lines: expression, caret, message.
    public var description: String {
        "\(expression)\n\(String(repeating: " ", count: offset))^\n\(message)"
    }
}

/// Reads a gate from left to right.
struct GateReader {
    /// Longest expression read, characters.
    private static let maximumLength = 200

    private let text: String
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text.prefix(Self.maximumLength + 1))
    }

    mutating func quantity() throws(GateSyntaxError) -> (RunComparison.Figure.Name, GateExpression.Form) {
        guard characters.count <= Self.maximumLength else {
            throw GateSyntaxError(
                expression: String(text.prefix(60)) + "…",
                offset: 0,
                message: "an expression has \(Self.maximumLength) characters at most"
            )
        }
        skipBlanks()
        let start = position
        let name = word()
        if name == "speedup" { return (.p50, .speedup) }
        guard let figure = RunComparison.Figure.Name(rawValue: name) else {
            throw error(
                at: start,
                "a quantity is p50, p90, p99, throughput or rss, any of them with .ratio or .change, or speedup"
            )
        }
        guard position < characters.count, characters[position] == "." else { return (figure, .value) }
        position += 1
        let formStart = position
        switch word() {
        case "ratio": return (figure, .ratio)
        case "change": return (figure, .change)
        default: throw error(at: formStart, "after the dot comes ratio (B over A) or change (in %)")
        }
    }

    mutating func comparison() throws(GateSyntaxError) -> GateExpression.Comparison {
        skipBlanks()
        for comparison in GateExpression.Comparison.allCases where has(comparison.rawValue) {
            position += comparison.rawValue.count
            return comparison
        }
        throw error(at: position, "a comparison is >, >=, < or <=")
    }

    mutating func number(_ form: GateExpression.Form) throws(GateSyntaxError) -> Double {
        skipBlanks()
        let start = position
        while position < characters.count, characters[position].isASCII,
            characters[position].isNumber || "+-.".contains(characters[position])
        {
            position += 1
        }
        guard let value = Double(String(characters[start..<position])), value.isFinite, abs(value) <= 1e15 else {
            throw error(at: start, "a bound is a number such as 50 or 1.1")
        }
        if form != .change, value < 0 { throw error(at: start, "only a change can be below zero") }
        return value
    }

    /// The unit, and how many base units it is worth.
    mutating func unit(
        _ figure: RunComparison.Figure.Name,
        _ form: GateExpression.Form
    ) throws(GateSyntaxError) -> (String, Double) {
        skipBlanks()
        let start = position
        while position < characters.count, characters[position] != " " { position += 1 }
        let unit = String(characters[start..<position])
        skipBlanks()
        let units = Self.units(figure, form)
        guard let found = units.first(where: { $0.0 == unit }) else {
            let named = units.map(\.0).filter { !$0.isEmpty }.joined(separator: ", ")
            throw error(
                at: start,
                units.contains { $0.0.isEmpty } ? "the unit is \(named), or none" : "the unit is \(named)"
            )
        }
        guard position == characters.count else {
            throw error(at: position, "the expression ends after its unit; give the option again for another gate")
        }
        return found
    }

    private static func units(
        _ figure: RunComparison.Figure.Name,
        _ form: GateExpression.Form
    ) -> [(String, Double)] {
        switch (form, figure) {
        case (.ratio, _), (.speedup, _): [("x", 1), ("", 1)]
        case (.change, _): [("%", 1)]
        case (.value, .throughput): [("/s", 1), ("", 1)]
        case (.value, .rss):
            [
                ("B", 1), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("kB", 1e3), ("MB", 1e6),
                ("GB", 1e9),
            ]
        case (.value, _): [("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9)]
        }
    }

    private mutating func word() -> String {
        let start = position
        while position < characters.count, characters[position].isASCII,
            characters[position].isLetter || characters[position].isNumber
        {
            position += 1
        }
        return String(characters[start..<position])
    }

    private func has(_ text: String) -> Bool { characters[position...].starts(with: text) }

    private mutating func skipBlanks() {
        while position < characters.count, characters[position] == " " { position += 1 }
    }

    private func error(at offset: Int, _ message: String) -> GateSyntaxError {
        GateSyntaxError(expression: text, offset: offset, message: message)
    }
}
