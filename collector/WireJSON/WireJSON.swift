import Foundation

/// JSON documents decoded fast: what `JSONDecoder` makes of a document, in a fraction of its time.
///
/// A scan of the bytes notes where each value lies, and values are read from there. Whatever is unusual about a document
/// (an error, an escape of a code point, a whole number written as `1.0`) is left to `JSONDecoder`, so that its word is the
/// last on what is refused and why.
public enum WireJSON {
    /// Decodes a document.
    ///
    /// - Throws: What `JSONDecoder` throws.
    public static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        if let value = decodeUsual(type, from: bytes) { return value }
        return try JSONDecoder().decode(type, from: Data(bytes))
    }

    /// The first number that does not fit its field, which `JSONDecoder` refuses without saying where it is.
    ///
    /// - Parameters:
    ///   - type: What the document was decoded as, in vain.
    ///   - bytes: The document.
    /// - Returns: Its place and how it is written, 40 characters at most; nil when that is not what is wrong.
    public static func misfit<Value: Decodable>(
        _ type: Value.Type,
        in bytes: [UInt8]
    ) -> (path: String, number: String)? {
        guard let document = WireDocument(bytes) else { return nil }
        _ = try? document.value(type, at: 0)
        guard let misfit = document.misfit else { return nil }
        let path = document.path(to: misfit).prefix(200)
        return (path.isEmpty ? "body" : String(path), String(document.text(of: document.values[misfit]).prefix(40)))
    }

    /// Decodes a document that has nothing unusual; nil for any other.
    static func decodeUsual<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) -> Value? {
        guard let document = WireDocument(bytes) else { return nil }
        let value = try? document.value(type, at: 0)
        // A type may have caught an error itself and made something else of it.
        return document.isUnusual ? nil : value
    }
}
