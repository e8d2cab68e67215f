/// Writes ONNX files.
///
/// The same model always gives the same bytes: fields in the format's order, attributes by name, operator sets by domain,
/// every constant as raw data within the file.
public enum ONNXWriter {
    /// Bytes of a constant held in memory at a time.
    static let chunk = 1 << 20

    /// Writes a model to a file, whole or not at all.
    ///
    /// The bytes go to a temporary file in the same folder, which takes the path's name once they are on the disk.
    /// Large constants are streamed.
    ///
    /// - Parameters:
    ///   - model: What to write.
    ///   - path: The file, made anew or replaced.
    /// - Throws: `ONNXError` `cannotWrite` when the model is larger than 2 GiB or holds an attribute that cannot be
    ///   written, the disk is full or the folder cannot be written to; `cannotRead` when a file the model's constants
    ///   lie in changed meanwhile.
    public static func write(_ model: ONNXModel, to path: String) throws(ONNXError) {
        let layout = try FileLayout(model)
        var file = try ReplacementFile(path: path)
        do throws(ONNXError) {
            for piece in layout.pieces {
                try piece.forEachChunk { bytes throws(ONNXError) in try file.write(bytes) }
            }
            try model.requireUnchangedFiles()
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }

    /// Hands over the bytes that `write` would write, in order, for example to hash them.
    ///
    /// - Parameters:
    ///   - model: What to write.
    ///   - body: Takes the next bytes.
    /// - Throws: `ONNXError` as `write` does for the model, and what `body` throws.
    public static func stream(_ model: ONNXModel, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let layout = try FileLayout(model)
        for piece in layout.pieces { try piece.forEachChunk(body) }
        try model.requireUnchangedFiles()
    }
}
