public import EdgeprofAPI

/// Changes to a deployment and its price list, to see what they would do: `price.large=60,demand=40`.
///
/// An amount is a number, a multiple of what is written down (`x1.5`, `+20%`, `-10%`) or `none`, where a key can do without.
/// The keys are those of `WhatIf.keys`, explained in docs/economics.md.
public struct WhatIf: Sendable, Equatable {
    /// What to put in place of what is written down.
    enum Amount: Sendable, Equatable {
        case number(Double)
        case multiple(Double)
        case none
    }

    /// One change as asked for.
    struct Edit: Sendable, Equatable {
        /// The key, of a tier with its id: `price.large`.
        var key: String
        var amount: Amount
    }

    let edits: [Edit]

    /// Whether nothing is to be changed.
    public var isEmpty: Bool { edits.isEmpty }

    /// Reads changes.
    ///
    /// - Parameter texts: Each one change or several joined by commas.
    /// - Throws: `ConfigurationError` with everything that is no change.
    public init(_ texts: [String]) throws(ConfigurationError) {
        var edits: [Edit] = []
        var problems: [ConfigurationProblem] = []
        for text in texts.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }).map(String.init) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Self.trimmed($0) }
            guard parts.count == 2, !parts[0].isEmpty else {
                problems.append(Self.problem(text, "is no change; write KEY=NUMBER, such as demand=40"))
                continue
            }
            guard let amount = Self.amount(parts[1]) else {
                problems.append(
                    Self.problem(parts[0], "`\(parts[1])` is no amount; use a number, x1.5, +20%, -10% or none")
                )
                continue
            }
            if edits.contains(where: { $0.key == parts[0] }) {
                problems.append(Self.problem(parts[0], "is given twice"))
            }
            edits.append(Edit(key: parts[0], amount: amount))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        self.edits = edits
    }

    /// Changes a deployment and a price list.
    ///
    /// - Returns: Both as they would be, and what was changed.
    /// - Throws: `ConfigurationError` where a key is unknown or a figure cannot be, saying what can.
    public func applied(
        to deployment: Deployment,
        tiers: TierList
    ) throws(ConfigurationError) -> (deployment: Deployment, tiers: TierList, changes: [Hypothesis.Change]) {
        var target = Target(deployment: deployment, tiers: tiers)
        var changes: [Hypothesis.Change] = []
        var problems: [ConfigurationProblem] = []
        var keyOfPath: [String: String] = [:]
        for edit in edits {
            switch Self.key(named: edit.key, tiers: tiers) {
            case .unknown(let message): problems.append(Self.problem(edit.key, message))
            case .known(let key, let path):
                keyOfPath[path] = edit.key
                let before = key.read(target)
                if let message = key.change(&target, edit.amount) {
                    problems.append(Self.problem(edit.key, message))
                } else {
                    changes.append(Hypothesis.Change(key: edit.key, before: before, after: key.read(target)))
                }
            }
        }
        // What was wrong before is not the changes' fault, and is reported by whoever uses the documents.
        let known = deployment.problems() + tiers.problems()
        for problem in target.deployment.problems() + target.tiers.problems() where !known.contains(problem) {
            problems.append(Self.problem(keyOfPath[problem.path] ?? problem.path, problem.message))
        }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return (target.deployment, target.tiers, changes)
    }

    private static func problem(_ key: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(path: "what-if \(key)", message: message)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func amount(_ text: String) -> Amount? {
        func finite(_ text: Substring) -> Double? {
            // `Double` also reads hexadecimal numbers, infinities and NaN.
            guard text.allSatisfy({ "0123456789.eE+-".contains($0) }) else { return nil }
            return Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
        if text == "none" { return Amount.none }
        if text.first == "x" { return finite(text.dropFirst()).map(Amount.multiple) }
        if text.last == "%" {
            guard text.first == "+" || text.first == "-" else { return nil }
            return finite(text.dropLast()).map { .multiple(1 + $0 / 100) }
        }
        return finite(text[...]).map(Amount.number)
    }
}
