#if canImport(Glibc)
    import Glibc
#endif

/// Zeroed memory between two pages that nobody may touch.
///
/// A step that left its buffer would end the process at once instead of spoiling something else. Pages are only taken
/// once they are touched.
///
/// Unchecked: a plain address; who may touch the bytes when is up to its owner.
final class GuardedMemory: @unchecked Sendable {
    /// First byte; 64-byte aligned.
    let base: UnsafeMutableRawPointer
    /// Bytes that may be touched; the guard begins right behind them, rounded up to 64.
    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappingBytes: Int

    /// Takes memory; nil when there is none.
    init?(count: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let aligned = count.rounded(upTo: BlobBuilder.alignment)
        let usable = max(aligned, 1).rounded(upTo: page)
        mappingBytes = usable + 2 * page
        let mapped = mmap(nil, mappingBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped, mapped != MAP_FAILED else { return nil }
        guard mprotect(mapped + page, usable, PROT_READ | PROT_WRITE) == 0 else {
            munmap(mapped, mappingBytes)
            return nil
        }
        mapping = mapped
        base = mapped + page + usable - aligned
        self.count = count
    }

    deinit { munmap(mapping, mappingBytes) }
}
