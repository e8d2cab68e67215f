#if canImport(Glibc)
    import Glibc
#endif

/// Writes plan files (docs/formats/plan.md).
public enum PlanWriter {
    /// Writes a plan to a file, whole or not at all.
    ///
    /// The bytes go to a file beside it that takes its name once they are on the disk.
    ///
    /// - Parameters:
    ///   - plan: What to write.
    ///   - path: The file; replaced if it exists.
    /// - Throws: `InferenceError` with `system` when the file cannot be written; nothing is left behind then.
    public static func write(_ plan: Plan, to path: String) throws(InferenceError) {
        // Unique, so that neither another writer nor what a crashed one left stands in the way.
        let partial = "\(path).\(getpid())-\(monotonicNanoseconds()).partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("create", partial) }
        do throws(InferenceError) {
            defer { close(descriptor) }
            try write(plan, descriptor: descriptor)
            guard fsync(descriptor) == 0 else { throw failure("write", partial) }
        } catch {
            unlink(partial)
            throw error
        }
        guard rename(partial, path) == 0 else {
            let error = failure("replace", path)
            unlink(partial)
            throw error
        }
    }

    /// Writes a plan to an open file, a pipe or a memory file, from its current position.
    ///
    /// - Parameters:
    ///   - plan: What to write.
    ///   - descriptor: Open for writing; left open.
    /// - Throws: `InferenceError` with `system` when writing fails.
    public static func write(_ plan: Plan, descriptor: Int32) throws(InferenceError) {
        var tables = try plan.encodedTables()
        let blob = UnsafeRawBufferPointer(start: plan.blob.base, count: plan.blob.count)
        var checksum = PlanChecksum()
        tables.withUnsafeBytes { checksum.add($0) }
        checksum.add(blob)
        withUnsafeBytes(of: checksum.value.littleEndian) { value in
            for index in value.indices { tables[PlanHeader.checksumOffset + index] = value[index] }
        }
        let isWritten = tables.withUnsafeBytes { writeAll($0, to: descriptor) } && writeAll(blob, to: descriptor)
        guard isWritten else { throw failure("write", "plan file") }
    }

    private static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        var offset = 0
        while offset < bytes.count {
            let count = Glibc.write(descriptor, base + offset, bytes.count - offset)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    private static func failure(_ verb: String, _ path: String) -> InferenceError {
        InferenceError(.system, "cannot \(verb) \(path): \(String(cString: strerror(errno)))")
    }
}
