import KernelDispatch
public import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// Reads plan files (docs/formats/plan.md) by mapping them: weights are paged in from the file, and shared by all who
/// map it.
public enum MappedPlan {
    /// Maps a plan file and checks all of it.
    ///
    /// Damage is found by a checksum; what passes is validated part by part, so that not even a forged file makes a
    /// run leave its buffers. The file must not be cut short while it is mapped.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - kernels: What to run it with; the dispatcher's kernels for the plan's instruction set when nil.
    /// - Returns: The plan; the file stays mapped as long as it lives.
    /// - Throws: `InferenceError`: `system` when the file cannot be read, `invalidPlan` when it is damaged,
    ///   `unsupported` when its kernels cannot be used here.
    public static func load(path: String, kernels: KernelSet? = nil) throws(InferenceError) -> Plan {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        return try load(descriptor: descriptor, name: path, kernels: kernels)
    }

    /// Maps a plan from an open file, which may be closed afterwards.
    ///
    /// - Parameters:
    ///   - descriptor: Open for reading; a regular or memory file.
    ///   - name: The file's name, for errors.
    ///   - kernels: As above.
    /// - Returns: The plan.
    /// - Throws: As above.
    public static func load(
        descriptor: Int32,
        name: String = "plan file",
        kernels: KernelSet? = nil
    ) throws(InferenceError) -> Plan {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(name) }
        let size = Int(status.st_size)
        guard size > 0 else { throw InferenceError(.invalidPlan, "\(name): empty, or not a regular file") }
        guard let base = mmap(nil, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0), base != MAP_FAILED
        else { throw failure(name) }
        return try Plan(
            base: base,
            count: size,
            kernels: { instructionSet throws(InferenceError) in
                if let kernels { return kernels }
                return try dispatched(instructionSet)
            },
            release: { munmap(base, size) }
        )
    }

    private static func dispatched(_ instructionSet: String) throws(InferenceError) -> KernelSet {
        do {
            return try KernelDispatch.select(cap: instructionSet).kernels
        } catch {
            throw InferenceError(.unsupported, "plan file: \(error)")
        }
    }

    private static func failure(_ path: String) -> InferenceError {
        InferenceError(.system, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
}
