public import EdgeprofAPI

/// Where a model comes from: the zoo, an ONNX file, or one that a collector stores.
public enum ModelSource: Sendable, Hashable {
    /// A model of the zoo, by name.
    case zoo(String)
    /// An ONNX file, by path.
    case file(String)
    /// A collector's file, by path: what its runs are called, and the SHA-256 it must have.
    case stored(path: String, name: String, sha256: String)

    /// Reads a command line's model argument: a path contains "/" or ends in ".onnx", anything else is a zoo name.
    public init(_ argument: String) {
        self = argument.contains("/") || argument.hasSuffix(".onnx") ? .file(argument) : .zoo(argument)
    }

    /// What runs call the model: the zoo name, or the file's name without folder and extension.
    ///
    /// A file's name is cut to the 200 bytes a collector takes, and what does not print becomes "?".
    public var name: String {
        switch self {
        case .zoo(let name): return name
        case .file(let path):
            let file = path.split(separator: "/").last ?? ""
            return Self.printed(file.hasSuffix(".onnx") && file.utf8.count > 5 ? file.dropLast(5) : file)
        case .stored(_, let name, _): return Self.printed(name[...])
        }
    }

    private static func printed(_ text: Substring) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            let printed = scalar.properties.generalCategory == .control ? "?" : String(scalar)
            guard name.utf8.count + printed.utf8.count <= 200 else { break }
            name += printed
        }
        return name.isEmpty ? "model" : name
    }

    /// How runs say where the model came from.
    public var kind: Run.ModelReference.Source {
        switch self {
        case .zoo: .zoo
        case .file, .stored: .file
        }
    }

    /// The file, nil for a zoo model.
    var path: String? {
        switch self {
        case .zoo: nil
        case .file(let path), .stored(let path, _, _): path
        }
    }
}
