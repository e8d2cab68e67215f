internal import CPerfEvent
internal import Glibc
package import HostInfo

/// Context switches and CPU migrations of this process, from the kernel's own accounting; takes its buffers once.
///
/// Switches come from `getrusage`, which sums what `/proc/self/task/*/status` shows and keeps the share of threads that ended.
/// Migrations come from `se.nr_migrations` of `/proc/self/task/*/sched`, which only living threads have.
package final class TaskAccounting {
    /// One look at the process.
    package struct Sample {
        /// Voluntary and involuntary context switches since the process began.
        package var contextSwitches: UInt64 = 0
        /// Migrations of the threads alive now.
        package var migrations: UInt64 = 0
        /// Threads alive now.
        package var threads = 0
        /// The error number that kept migrations from being read, or 0.
        package var migrationsError: Int32 = 0
    }

    private let folder: Int32
    private let folderError: Int32
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 8192, alignment: 8)

    /// Opens the folder of this process's threads.
    package init(root: HostRoot) {
        folder = open(root.path("/proc/self/task"), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        folderError = folder < 0 ? errno : 0
    }

    deinit {
        if folder >= 0 { close(folder) }
        buffer.deallocate()
    }

    /// Looks at the process, without allocating.
    package func sample() -> Sample {
        var sample = Sample()
        sample.contextSwitches = edgeprof_context_switches()
        guard folder >= 0 else {
            sample.migrationsError = folderError
            return sample
        }
        lseek(folder, 0, SEEK_SET)
        let names = UnsafeMutableRawBufferPointer(rebasing: buffer[..<4096])
        while true {
            let filled = edgeprof_read_folder(folder, names.baseAddress, names.count)
            if filled < 0 { sample.migrationsError = Int32(clamping: -filled) }
            if filled <= 0 { break }
            forEachName(in: UnsafeRawBufferPointer(rebasing: names[..<min(filled, names.count)]), add: &sample)
        }
        if sample.threads == 0, sample.migrationsError == 0 { sample.migrationsError = ENOENT }
        return sample
    }

    /// Walks `linux_dirent64` records: inode 8 bytes, offset 8, length 2, type 1, then the name and a NUL.
    private func forEachName(in records: UnsafeRawBufferPointer, add sample: inout Sample) {
        var start = 0
        while start + 20 <= records.count {
            let length = Int(records.loadUnaligned(fromByteOffset: start + 16, as: UInt16.self))
            guard length >= 20, start + length <= records.count else { return }
            let first = records[start + 19]
            if first >= UInt8(ascii: "0"), first <= UInt8(ascii: "9") {
                addThread(named: UnsafeRawBufferPointer(rebasing: records[start + 19..<start + length]), to: &sample)
            }
            start += length
        }
    }

    private func addThread(named name: UnsafeRawBufferPointer, to sample: inout Sample) {
        // Room for `4194304/sched` and its NUL: no thread number is longer than 10 digits.
        var path: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let descriptor = withUnsafeMutableBytes(of: &path) { path -> Int32 in
            var length = 0
            while length < 20, length < name.count, name[length] != 0 {
                path[length] = name[length]
                length += 1
            }
            path[length] = UInt8(ascii: "/")
            path[length + 1] = UInt8(ascii: "s")
            path[length + 2] = UInt8(ascii: "c")
            path[length + 3] = UInt8(ascii: "h")
            path[length + 4] = UInt8(ascii: "e")
            path[length + 5] = UInt8(ascii: "d")
            guard let text = path.baseAddress?.assumingMemoryBound(to: CChar.self) else { return -1 }
            return openat(folder, text, O_RDONLY | O_CLOEXEC)
        }
        // A thread that ends between the list and the look is not there, and nor is any where the kernel keeps no such file.
        guard descriptor >= 0 else {
            if errno != ENOENT, errno != ESRCH { sample.migrationsError = errno }
            return
        }
        defer { close(descriptor) }
        let text = UnsafeMutableRawBufferPointer(rebasing: buffer[4096...])
        let count = read(descriptor, text.baseAddress, text.count)
        guard count > 0 else {
            if count < 0, errno != ESRCH { sample.migrationsError = errno }
            return
        }
        guard let migrations = Self.migrations(in: UnsafeRawBufferPointer(rebasing: text[..<count])) else { return }
        sample.threads += 1
        sample.migrations &+= migrations
    }

    /// The number of a `sched` file's `se.nr_migrations : 12` line; nil if there is none.
    package static func migrations(in text: UnsafeRawBufferPointer) -> UInt64? {
        let key: StaticString = "nr_migrations"
        let length = key.utf8CodeUnitCount
        var start = 0
        search: while start + length < text.count {
            var matched = 0
            while matched < length {
                if text[start + matched] != key.utf8Start[matched] {
                    start += 1
                    continue search
                }
                matched += 1
            }
            return number(in: text, from: start + length)
        }
        return nil
    }

    /// The digits after blanks and one colon, if a line end follows them.
    private static func number(in text: UnsafeRawBufferPointer, from start: Int) -> UInt64? {
        var index = start
        var colons = 0
        while index < text.count, text[index] == UInt8(ascii: " ") || text[index] == UInt8(ascii: ":") {
            if text[index] == UInt8(ascii: ":") { colons += 1 }
            index += 1
        }
        guard colons == 1 else { return nil }
        var value: UInt64 = 0
        let first = index
        while index < text.count, text[index] >= UInt8(ascii: "0"), text[index] <= UInt8(ascii: "9") {
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, carried) = tens.addingReportingOverflow(UInt64(text[index] - UInt8(ascii: "0")))
            if overflowed || carried { return nil }
            value = sum
            index += 1
        }
        return index > first && index < text.count && text[index] == UInt8(ascii: "\n") ? value : nil
    }
}
