/// Why an ONNX file cannot be read, understood or written: one line that says what, where and how to mend it.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The file cannot be opened, mapped or is too large.
        case cannotRead
        /// The bytes are not an ONNX file's: protobuf, extents, sizes.
        case malformed
        /// External data is missing, too short or outside of the model's folder.
        case external
        /// An operator, or a use of one, that edgeprof does not have.
        case unsupportedOperator
        /// A model that edgeprof cannot run as it is, for example one that is only partly quantized.
        case unsupportedModel
        /// Nodes and values that do not fit together.
        case invalidGraph
        /// The file cannot be written.
        case cannotWrite
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
