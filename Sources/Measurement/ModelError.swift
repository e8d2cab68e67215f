/// Why a model cannot be had from where it should come from.
public struct ModelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of trouble.
    public enum Code: String, Sendable {
        /// There is no such zoo model or file, or the file cannot be read or understood.
        case unusable
        /// The file's network is not an int8 one.
        case notQuantized
    }

    /// The kind of trouble.
    public var code: Code
    /// What is wrong and how to mend it, in one line.
    public var description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
