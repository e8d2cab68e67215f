public import EdgeprofAPI

/// Models' files, in chunks, so that every collector of a store has them and a backup too.
///
/// An upload's chunks are nobody's until it is completed: nothing reads them, and they go when it is given up.
public protocol ModelStore: Sendable {
    /// All complete files, by name, then newest first.
    func storedModels() async throws -> [StoredModel]
    /// One complete file; nil when there is none.
    func storedModel(sha256: String) async throws -> StoredModel?
    /// Chunk `number` of a complete file: `StoredModelChunk.bytes` of it, the last one fewer; nil when there is none.
    func modelChunk(_ number: Int, ofModel sha256: String) async throws -> [UInt8]?

    /// Begins an upload and returns its id.
    func beginModelUpload(at now: Timestamp) async throws -> String
    /// Adds the next chunk to an upload; false when the upload was given up meanwhile.
    func appendModelChunk(_ bytes: [UInt8], number: Int, to upload: String, at now: Timestamp) async throws -> Bool
    /// Makes an upload a stored model.
    func completeModelUpload(_ upload: String, as model: StoredModel) async throws -> ModelUploadEnd
    /// Gives an upload up and deletes its chunks; nothing happens to a completed one.
    func discardModelUpload(_ upload: String) async throws
    /// Gives up all uploads nothing was added to since.
    func discardModelUploads(idleSince: Timestamp) async throws
}

/// How files are cut.
public enum StoredModelChunk {
    /// Bytes of every chunk but the last.
    public static let bytes = 1 << 20
}

/// How the completion of an upload ended.
public enum ModelUploadEnd: Sendable, Hashable {
    /// The model is stored now.
    case stored
    /// Another upload of the same content was first; this one is to be discarded.
    case known(StoredModel)
    /// The upload was given up meanwhile.
    case gone
}
