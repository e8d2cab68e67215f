import Checksum

extension RollupCodec {
    /// The bytes of a stored rollup with runs added to it.
    ///
    /// They are those that decoding, merging and encoding make, but summaries that stay are copied unread: a stored run
    /// would otherwise cost the reading and writing of 31 others.
    static func merge(_ added: Rollup, into body: [UInt8]) throws(StoredRunError) -> [UInt8] {
        if let merged = try splice(added, into: body) { return merged }
        var rollup = try decode(body, of: added.key)
        rollup.merge(added)
        return encode(rollup)
    }

    /// A summary by its run, in bytes.
    private struct Entry {
        var id: UUIDBytes
        var bytes: ArraySlice<UInt8>
    }

    /// Nil where runs are of several models, or have other ids than UUIDs.
    private static func splice(_ added: Rollup, into body: [UInt8]) throws(StoredRunError) -> [UInt8]? {
        var reader = try opened(body)
        var rollup = Rollup(key: added.key)
        try reader.head(&rollup)
        var models: [String] = []
        try reader.texts(&models)
        for summary in added.latest where !models.contains(summary.modelText) { models.append(summary.modelText) }
        guard models.count <= 1 else { return nil }
        var entries: [Entry] = []
        for _ in 0..<(try reader.count(0, ofAtLeast: 20)) {
            let bytes = try reader.slice()
            // 1 and the 16 bytes of a UUID: see `identifier`.
            guard bytes.count > 17, bytes.first == 1 else { return nil }
            entries.append(Entry(id: UUIDBytes(bytes: Array(bytes.dropFirst().prefix(16))), bytes: bytes))
        }
        guard reader.rest == 0 else { throw .damaged }
        for summary in added.latest {
            guard let id = UUIDBytes(summary.runId) else { return nil }
            var (writer, copy) = (RunWriter(capacity: 256), summary)
            try writer.summary(&copy, models)
            entries.append(Entry(id: id, bytes: writer.bytes[...]))
        }
        // In lower case, the order of the texts is that of the bytes.
        entries.sort { $1.id.bytes.lexicographicallyPrecedes($0.id.bytes) }
        var rest = added
        rest.latest = []
        rollup.merge(rest)
        return try write(rollup, models, entries.prefix(Rollup.latestCount))
    }

    private static func write(
        _ rollup: Rollup,
        _ models: [String],
        _ entries: ArraySlice<Entry>
    ) throws(StoredRunError) -> [UInt8] {
        var writer = RunWriter(capacity: 8 << 10)
        var (version, rollup, models) = (Self.version, rollup, models)
        writer.byte(&version)
        try writer.head(&rollup)
        try writer.texts(&models)
        _ = writer.count(entries.count, ofAtLeast: 1)
        for entry in entries {
            _ = writer.count(entry.bytes.count, ofAtLeast: 1)
            writer.append(entry.bytes)
        }
        writer.append(checksum: CRC32C.checksum(writer.bytes))
        return writer.bytes
    }
}
