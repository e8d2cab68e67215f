internal import Glibc

/// What of a file lies in the system's page cache.
enum PageCache {
    /// Drops what can be dropped of a file: pages that are on the disk and nobody maps.
    ///
    /// - Parameter file: open for reading.
    /// - Returns: bytes that are still there: of a file in memory, or one that another process maps.
    static func drop(_ file: FileDescriptor) -> UInt64 {
        // Pages that have not been written yet would stay.
        fdatasync(file.number)
        posix_fadvise(file.number, 0, 0, POSIX_FADV_DONTNEED)
        return residentBytes(file)
    }

    /// Bytes in memory; 0 where the kernel does not say.
    static func residentBytes(_ file: FileDescriptor) -> UInt64 {
        var status = stat()
        guard fstat(file.number, &status) == 0, status.st_size > 0 else { return 0 }
        let size = Int(status.st_size)
        // Mapping reads nothing, and `mincore` looks without touching.
        guard let base = mmap(nil, size, PROT_READ, MAP_SHARED, file.number, 0), base != MAP_FAILED else { return 0 }
        defer { munmap(base, size) }
        let page = max(1, Int(sysconf(Int32(_SC_PAGESIZE))))
        var pages = [UInt8](repeating: 0, count: (size - 1) / page + 1)
        guard mincore(base, size, &pages) == 0 else { return 0 }
        return UInt64(pages.count { $0 & 1 == 1 } * page)
    }
}
