import SwiftProtobuf

/// Reads ONNX files.
public enum ONNXFile {
    /// The largest file read: protobuf's own limit.
    public static let largestFile = Int(Int32.max)

    /// Reads a model without touching its constants' bytes, which stay in the mapped file.
    ///
    /// External data is looked for in the file's own folder. Time and memory are bounded by the file's size whatever it
    /// holds.
    ///
    /// - Parameter path: The file.
    /// - Returns: Its content; operators are not looked at.
    /// - Throws: `ONNXError` `cannotRead`, `malformed`, `external` or `unsupportedModel`.
    public static func read(path: String) throws(ONNXError) -> ONNXModel {
        let file = try MappedFile(path: path, code: .cannotRead)
        let quoted = ONNXError.quoted(path)
        guard file.byteCount <= largestFile else {
            throw ONNXError(.cannotRead, "\(quoted): is larger than 2 GiB; keep its constants in external data")
        }
        do throws(ONNXError) {
            let scanner = try file.withBytes(0..<file.byteCount) { bytes in
                Result { () throws(ONNXError) in try WireScanner(bytes) }
            }.get()
            let message: ModelProto
            do {
                message = try ModelProto(serializedBytes: scanner.copy)
            } catch {
                throw ONNXError(.malformed, "not a well-formed ONNX file: a field has the wrong form; get it again")
            }
            var reader = MessageReader(file: file, payloads: scanner.payloads)
            let model = try reader.model(message)
            try file.requireUnchanged()
            return model
        } catch {
            throw ONNXError(error.code, "\(quoted): \(error.message)")
        }
    }
}
