#if canImport(Glibc)
    import Glibc
#endif

/// The constants of a plan in one 64-byte aligned piece of memory: its own, or a mapped file's.
///
/// Unchecked: the bytes never change once a plan holds the blob.
final class WeightsBlob: @unchecked Sendable {
    /// First byte.
    let base: UnsafeRawPointer
    /// Bytes that may be read, slack for over-reading kernels included.
    let count: Int
    private let release: () -> Void

    /// Takes over memory; `release` gives it back.
    init(base: UnsafeRawPointer, count: Int, release: @escaping () -> Void) {
        self.base = base
        self.count = count
        self.release = release
    }

    deinit { release() }
}
