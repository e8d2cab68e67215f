/// Why an ONNX file cannot be read, understood or written: what, where, and how to mend it.
public struct ONNXError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Hashable, Sendable {
        /// The file cannot be opened or mapped, is too large, or changed while it was used.
        case cannotRead
        /// The bytes are not a well-formed ONNX file: protobuf, extents or sizes are wrong.
        case malformed
        /// An external data file leaves the model's folder, is missing or too short.
        case external
        /// The file holds an operator that is not supported.
        case unsupportedOperator
        /// The file is well formed, but of a kind that is not supported.
        case unsupportedModel
        /// The graph does not fit together: cycles, missing values, shapes.
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

    /// A name from a file as it may stand in a message: quoted, escaped and cut to a printable length.
    public static func quoted(_ name: String) -> String {
        var short = ""
        // By scalars: one Character can be as long as the file.
        short.unicodeScalars.append(contentsOf: name.unicodeScalars.prefix(120))
        var text = "\""
        for scalar in short.unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case " "..."~": text.unicodeScalars.append(scalar)
            default:
                let printable = scalar.value >= 0xA0 && scalar.properties.generalCategory.isPrintable
                text += printable ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return text + "\""
    }
}

extension Unicode.GeneralCategory {
    /// Whether a scalar of this category shows as itself, and neither breaks the line nor changes its direction.
    fileprivate var isPrintable: Bool {
        switch self {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .otherSymbol:
            true
        default: false
        }
    }
}
