internal import Glibc
internal import InferenceEngine
internal import Quantization

/// A packed plan, open for a child to map.
struct PreparedPlan {
    /// The open file: it stays whole even if the cache drops it meanwhile.
    var file: FileDescriptor
    /// Where it is.
    var path: String
    /// SHA-256 of the model's file (`ModelIdentity`).
    var sha256: String
}

/// Packed plans and models' identities on the disk.
///
/// ```
/// NAME-BUILD.identity               64 hexadecimal digits: a zoo model's SHA-256
/// SHA256-ISA-PLAN-BUILD.plan        the packed plan
/// ```
/// A file's SHA-256 is taken each time, so that a changed file is another model; it is imported when no plan has it. A
/// collector's file must have the SHA-256 it was fetched by.
/// BUILD changes with the program, so that neither outlives the code that made it. Files are written beside their place and take
/// their name when they are whole; when they take more than the limit, those unused for longest go.
struct PlanCache: Sendable {
    let directory: String
    let limitBytes: UInt64
    var buildTag = HelperProgram.buildTag

    init(directory: String, limitBytes: UInt64) {
        self.directory = directory
        self.limitBytes = limitBytes
    }

    /// The packed plan for a request, made when it is not there.
    ///
    /// - Parameters:
    ///   - request: what is wanted.
    ///   - onMake: called before it is made, which takes seconds.
    /// - Returns: the plan, open.
    /// - Throws: `refused` when the model cannot be built or packed, `noCache` when the folder cannot be written.
    func plan(for request: PlanRequest, onMake: () -> Void) throws(PreparationFailure) -> PreparedPlan {
        switch request.model {
        case .zoo(let name):
            let identityPath = "\(directory)/\(name)-\(buildTag).identity"
            if let sha256 = readIdentity(identityPath), let found = open(request, sha256) { return found }
            onMake()
            let network = try refusing { () throws(ModelError) in try request.model.load().network }
            let sha256 = try refusing { () throws(ModelError) in try ModelIdentity.sha256(of: network) }
            let made = try make(request, network, sha256)
            writeIdentity(sha256, identityPath)
            evict(keeping: [made.path, identityPath])
            return made
        case .file(let path):
            let sha256 = try refusing { () throws(ModelError) in try ModelIdentity.sha256(ofFile: path) }
            if let found = open(request, sha256) { return found }
            onMake()
            let network = try refusing { () throws(ModelError) in try request.model.load().network }
            guard try refusing({ () throws(ModelError) in try ModelIdentity.sha256(ofFile: path) }) == sha256 else {
                throw .refused("\(path): changed while it was read; measure it again when it is complete")
            }
            let made = try make(request, network, sha256)
            evict(keeping: [made.path])
            return made
        case .stored(let path, let name, let sha256):
            let file = StoredFile(path: path, name: name, sha256: sha256)
            try file.verify()
            if let found = open(request, sha256) { return found }
            onMake()
            let made = try make(request, try refusing { () throws(ModelError) in try file.load() }, sha256)
            evict(keeping: [made.path])
            return made
        }
    }

    /// Packs a network and leaves the plan in the folder.
    private func make(
        _ request: PlanRequest,
        _ network: QuantizedNetwork,
        _ sha256: String
    ) throws(PreparationFailure) -> PreparedPlan {
        guard makeDirectory() else { throw problem("make", directory) }
        let plan = try request.plan(network)
        try leave(plan, at: path(request, sha256))
        guard let made = open(request, sha256) else { throw problem("read", path(request, sha256)) }
        return made
    }

    /// Leaves a plan under its name; on a full disk other plans make room for it.
    private func leave(_ plan: Plan, at path: String) throws(PreparationFailure) {
        do throws(InferenceError) { try PlanWriter.write(plan, to: path) } catch {
            guard isDiskFull(for: plan) else { throw .error(MeasurementError(.noCache, error.message)) }
            evict(keeping: [], limitBytes: 0)
            do throws(InferenceError) { try PlanWriter.write(plan, to: path) } catch {
                // Not tried again and again: it would pack the model each time.
                throw .refused("\(error.message): no room for the packed plan; free some and ask again")
            }
        }
    }

    /// Whether the folder's disk has too little room for a plan.
    private func isDiskFull(for plan: Plan) -> Bool {
        var status = statvfs()
        guard statvfs(directory, &status) == 0 else { return false }
        let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        // What the tables and the file system itself take comes on top of the weights.
        return !free.overflow && free.partialValue < UInt64(plan.weightsBytes) + 4 << 20
    }

    /// A model that cannot be had is a refused run.
    private func refusing<Result>(_ body: () throws(ModelError) -> Result) throws(PreparationFailure) -> Result {
        do throws(ModelError) {
            return try body()
        } catch {
            throw .refused(error.description)
        }
    }

    /// Forgets a plan that turned out damaged.
    func discard(_ plan: PreparedPlan) {
        unlink(plan.path)
    }

    private func path(_ request: PlanRequest, _ sha256: String) -> String {
        "\(directory)/\(sha256)-\(request.instructionSet)-\(request.kind.name)-\(buildTag).plan"
    }

    private func open(_ request: PlanRequest, _ sha256: String) -> PreparedPlan? {
        let path = path(request, sha256)
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(number)
        var status = stat()
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        // Now: used last, dropped last.
        utimensat(AT_FDCWD, path, nil, 0)
        return PreparedPlan(file: file, path: path, sha256: sha256)
    }

    private func readIdentity(_ path: String) -> String? {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(number)
        var bytes = [UInt8](repeating: 0, count: 65)
        guard read(file.number, &bytes, bytes.count) == 64 else { return nil }
        let digits = bytes.prefix(64)
        return digits.allSatisfy("0123456789abcdef".utf8.contains) ? String(decoding: digits, as: UTF8.self) : nil
    }

    /// Without it the model is built again next time; so it may fail.
    private func writeIdentity(_ sha256: String, _ path: String) {
        let temporary = "\(path).\(getpid())"
        let number = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard number >= 0 else { return }
        let bytes = Array(sha256.utf8)
        let isWhole = write(number, bytes, bytes.count) == bytes.count
        close(number)
        if !isWhole || rename(temporary, path) != 0 { unlink(temporary) }
    }

    /// Makes the folder and those above it.
    private func makeDirectory() -> Bool {
        var path = ""
        for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
            path += part + "/"
            if !part.isEmpty, mkdir(path, 0o755) != 0, errno != EEXIST { return false }
        }
        return true
    }

    /// Drops what was unused for longest until the rest fits.
    private func evict(keeping kept: [String], limitBytes: UInt64? = nil) {
        let limitBytes = limitBytes ?? self.limitBytes
        var files: [(path: String, bytes: UInt64, used: timespec)] = []
        guard let folder = opendir(directory) else { return }
        while let entry = readdir(folder) {
            let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
            let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            let path = directory + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            files.append((path, UInt64(clamping: status.st_size), status.st_mtim))
        }
        closedir(folder)
        // Wrapping: sparse files may claim more than there is.
        var total = files.reduce(0) { $0 &+ $1.bytes }
        files.sort { ($0.used.tv_sec, $0.used.tv_nsec) < ($1.used.tv_sec, $1.used.tv_nsec) }
        for file in files where total > limitBytes && !kept.contains(file.path) {
            if unlink(file.path) == 0 { total &-= file.bytes }
        }
    }

    private func problem(_ verb: String, _ path: String) -> PreparationFailure {
        .error(
            MeasurementError(.noCache, "cannot \(verb) \(path): \(systemMessage(errno)); choose another cache folder")
        )
    }
}
