/// Why a network could not be quantized, or is not a well-formed int8 network.
public struct QuantizationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// A range, weight or parameter is NaN or infinite.
        case notFinite
        /// Parts disagree: a wrong count, shape or order.
        case inconsistent
        /// The operator exists, but not in this form.
        case unsupported
    }

    /// The kind of failure.
    public var code: Code
    /// What is wrong, where, and how to mend it; one line.
    public var message: String

    /// Makes an error.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
