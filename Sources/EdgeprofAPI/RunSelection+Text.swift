extension RunSelection {
    /// Conditions a selector can name.
    public static let selectorKeys = [
        "model", "agent", "job", "isa", "plan", "scenario", "threads", "instances", "producer", "since", "until",
        "latest",
    ]

    /// Reads ids between commas, or conditions such as `model=resnet18,since=2026-11-20T00:00:00Z`.
    ///
    /// - Parameter text: As on the command line.
    /// - Throws: `ConfigurationError` with the part that cannot be read.
    public init(_ text: String) throws(ConfigurationError) {
        self.init()
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard text.contains("=") else {
            ids = parts
            try check(text)
            return
        }
        var seen: Set<String> = []
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, Self.selectorKeys.contains(pair[0]), !pair[1].isEmpty else {
                throw Self.error(
                    "`\(part)` is no condition; use key=value with a key of \(Self.selectorKeys.joined(separator: ", "))"
                )
            }
            guard seen.insert(pair[0]).inserted else { throw Self.error("\(pair[0]) is given twice") }
            try set(pair[0], pair[1])
        }
        try check(text)
    }

    private func check(_ text: String) throws(ConfigurationError) {
        guard let problem = problems().first else { return }
        throw Self.error(
            ids == nil
                ? "`\(text)`: \(problem)"
                : "`\(text)` is neither a file that is there, nor ids of runs between commas, nor conditions such as model=resnet18"
        )
    }

    private mutating func set(_ key: String, _ value: String) throws(ConfigurationError) {
        switch key {
        case "model": model = value
        case "agent": agent = value
        case "job": job = value
        case "isa": isa = value
        case "producer": producer = value
        case "plan": plan = try Self.word(key, value)
        case "scenario": scenario = try Self.word(key, value)
        case "threads": threads = try Self.number(key, value)
        case "instances": instances = try Self.number(key, value)
        case "latest": latest = try Self.number(key, value)
        case "since": since = try Self.moment(key, value)
        default: until = try Self.moment(key, value)
        }
    }

    private static func word<Value: RawRepresentable & CaseIterable>(
        _ key: String,
        _ text: String
    ) throws(ConfigurationError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: text) else {
            throw error("\(key) is `\(text)`; it is one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    private static func number(_ key: String, _ text: String) throws(ConfigurationError) -> Int {
        guard let value = Int(text), value > 0 else { throw error("\(key) is `\(text)`; it is a whole number from 1") }
        return value
    }

    /// A moment, or a day, which begins at midnight UTC.
    private static func moment(_ key: String, _ text: String) throws(ConfigurationError) -> Timestamp {
        guard let value = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") else {
            throw error("\(key) is `\(text)`; it is a day such as 2026-11-20 or a moment such as 2026-11-20T16:30:00Z")
        }
        return value
    }

    private static func error(_ message: String) -> ConfigurationError {
        ConfigurationError(problems: [ConfigurationProblem(path: "", message: message)])
    }
}
