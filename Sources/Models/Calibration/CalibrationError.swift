/// Why a network could not be calibrated.
public struct CalibrationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// There is no sample.
        case noSamples
        /// A sample or a value of the network is NaN or infinite.
        case notFinite
        /// An option lies outside its allowed values.
        case invalidOption
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
