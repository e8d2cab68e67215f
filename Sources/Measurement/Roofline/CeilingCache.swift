internal import Glibc
internal import MeasurementCore

/// Measured ceilings on the disk, beside the packed plans: the child's record as it came.
struct CeilingCache: Sendable {
    /// Older ones are measured again: a box throttles, gets a neighbour, loses a fan.
    static let lifetimeSeconds = 86_400

    let directory: String

    /// The ceilings of a key, nil when there are none, they are too old, or damaged.
    func ceilings(for key: CeilingKey) -> RecordedCeilings? {
        let number = open(path(key), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(number)
        var status = stat()
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        // One from the future was left by a wrong clock.
        guard fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0..<Self.lifetimeSeconds).contains(now.tv_sec &- status.st_mtim.tv_sec)
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let length = read(file.number, &bytes, bytes.count)
        guard length > 0, case .ceilings(let ceilings)? = try? MeasurementRecord(Array(bytes.prefix(length))),
            ceilings.isa == key.isa, Int(ceilings.threads) == key.threads
        else { return nil }
        return ceilings
    }

    /// Keeps ceilings; without them they are measured again next time, so it may fail.
    ///
    /// What lacks a level for want of memory at that moment is not kept: the next moment may have it.
    func keep(_ ceilings: RecordedCeilings, for key: CeilingKey) {
        guard ceilings.levels.allSatisfy({ $0.availability != .denied }) else { return }
        let temporary = "\(path(key)).\(getpid())"
        let number = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard number >= 0 else { return }
        let bytes = MeasurementRecord.ceilings(ceilings).encoded()
        let isWhole = write(number, bytes, bytes.count) == bytes.count
        close(number)
        if !isWhole || rename(temporary, path(key)) != 0 { unlink(temporary) }
    }

    /// Forgets what turned out wrong.
    func discard(_ key: CeilingKey) {
        unlink(path(key))
    }

    private func path(_ key: CeilingKey) -> String { "\(directory)/\(key.fileName)" }
}
