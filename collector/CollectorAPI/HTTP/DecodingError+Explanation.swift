extension DecodingError {
    /// One line: which field is wrong and what it should be.
    var explanation: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.path(context.codingPath + [key])): is missing"
        case .valueNotFound(let type, let context):
            "\(Self.path(context.codingPath)): is null; it should be \(Self.name(type))"
        case .typeMismatch(let type, let context):
            "\(Self.path(context.codingPath)): should be \(Self.name(type))"
        case .dataCorrupted(let context):
            "\(Self.path(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            "the body cannot be read"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        let path = keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : "." + key.stringValue
            }
        }
        return path.isEmpty ? "body" : path
    }

    private static func name(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "text"
        case is Bool.Type: "true or false"
        case is Double.Type: "a number"
        case is any FixedWidthInteger.Type: "a whole number"
        default: "\(type)".hasPrefix("Array") ? "a list" : "an object"
        }
    }
}
