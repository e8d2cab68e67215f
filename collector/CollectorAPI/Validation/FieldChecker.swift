import EdgeprofAPI

/// Collects what is wrong with a document, field by field.
///
/// Values are never quoted: they come from outside and end up in logs and terminals.
struct FieldChecker {
    private(set) var problems: [String] = []

    /// Runs checks and throws what they found.
    ///
    /// - Throws: `HTTPProblem` 422 with one line a field.
    static func check(_ body: (inout FieldChecker) -> Void) throws {
        var checker = FieldChecker()
        body(&checker)
        guard checker.problems.isEmpty else { throw HTTPProblem.invalid(checker.problems) }
    }

    mutating func require(_ condition: Bool, _ field: @autoclosure () -> String, _ what: @autoclosure () -> String) {
        if !condition { problems.append("\(field()): \(what())") }
    }

    mutating func require(_ value: Double, _ field: @autoclosure () -> String, in range: ClosedRange<Double>) {
        require(
            value.isFinite && range.contains(value),
            field(),
            "must be a number from \(range.lowerBound) to \(range.upperBound)"
        )
    }

    mutating func require<Integer: FixedWidthInteger>(
        _ value: Integer,
        _ field: @autoclosure () -> String,
        in range: ClosedRange<Integer>
    ) {
        require(range.contains(value), field(), "must be \(range.lowerBound) to \(range.upperBound)")
    }

    /// Text of a bounded length without control characters.
    mutating func require(text: String, _ field: @autoclosure () -> String, bytes: ClosedRange<Int>) {
        require(bytes.contains(text.utf8.count), field(), "must have \(bytes.lowerBound) to \(bytes.upperBound) bytes")
        // Mostly there is nothing but ASCII, which its bytes tell.
        if text.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return }
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
        require(isPrintable, field(), "must not hold control characters")
    }

    mutating func require(uuid: String?, _ field: @autoclosure () -> String) {
        guard let uuid else { return }
        require(UUIDv7.isValid(uuid), field(), "must be a UUID of version 7 in lower case")
    }
}
