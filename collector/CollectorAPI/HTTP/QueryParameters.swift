import HummingbirdCore

/// A request's query, read strictly: a misspelt filter must not silently mean "all".
struct QueryParameters {
    private var values: [String: String] = [:]

    /// Reads a query.
    ///
    /// - Parameters:
    ///   - uri: The request's target.
    ///   - known: Parameters the route has.
    /// - Throws: `HTTPProblem` 400 for an unknown or repeated parameter.
    init(_ uri: URI, known: [String]) throws {
        for (name, value) in uri.queryParameters {
            guard known.contains(String(name)) else {
                let list = known.isEmpty ? "none" : known.joined(separator: ", ")
                throw HTTPProblem.malformed("unknown query parameter; known here: \(list)")
            }
            // PostgreSQL's texts cannot hold it, so nothing stored has it.
            guard !value.utf8.contains(0) else {
                throw HTTPProblem.malformed("query parameter \(name) holds a NUL character")
            }
            guard values.updateValue(String(value), forKey: String(name)) == nil else {
                throw HTTPProblem.malformed("query parameter \(name) is given twice")
            }
        }
    }

    /// A parameter's text; nil when it is absent or empty.
    subscript(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A parameter's text where an empty one means nothing; nil when it is absent.
    func text(_ name: String) -> String? { values[name] }

    /// A whole number within bounds; nil when it is absent.
    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw HTTPProblem.malformed(
                "query parameter \(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// One of a few words; nil when it is absent.
    func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        of type: Value.Type
    ) throws -> Value? where Value.RawValue == String {
        guard let text = text(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            let words = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw HTTPProblem.malformed("query parameter \(name) must be one of \(words)")
        }
        return value
    }
}
