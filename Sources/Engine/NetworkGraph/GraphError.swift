/// Why a graph cannot be built: what is wrong, at which node, and how to mend it.
public struct GraphError: Error, Hashable, Sendable {
    /// The kind of fault.
    public enum Code: Hashable, Sendable {
        /// An operator's attribute lies outside its allowed values.
        case invalidArgument
        /// The shapes an operator is given do not fit it or each other.
        case shapeMismatch
        /// A tensor would be larger than `TensorShape.maximumElementCount`.
        case tooLarge
        /// An operator is given too few or too many values.
        case wrongValueCount
        /// An identifier names no value that exists at this point of the graph.
        case unknownValue
        /// A name is used twice.
        case duplicateName
    }

    /// The kind of fault.
    public var code: Code
    /// Name of the node, or of the value where no node is involved.
    public var node: String
    /// What is wrong.
    public var problem: String
    /// What the author of the graph can do about it.
    public var remedy: String

    /// Makes an error.
    public init(_ code: Code, node: String, problem: String, remedy: String) {
        self.code = code
        self.node = node
        self.problem = problem
        self.remedy = remedy
    }
}

extension GraphError: CustomStringConvertible {
    /// One line: where, what, how to mend it.
    ///
    /// Names may come from a file, so they are escaped and cut to a printable length.
    public var description: String {
        "\(String(reflecting: String(node.prefix(120)))): \(problem); \(remedy)"
    }
}
