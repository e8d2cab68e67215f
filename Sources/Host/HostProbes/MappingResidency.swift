public import HostInfo

/// How much of one mapping of this process is resident.
///
/// `/proc/self/smaps` has a header `start-end rwxp offset device inode path` for each mapping and a line `Rss: 12 kB` below it;
/// see proc_pid_smaps(5).
public enum MappingResidency {
    /// The most of `smaps` that is read: some thousand mappings.
    static let limitBytes = 1 << 20

    /// Resident bytes of the mapping that holds an address.
    ///
    /// - Parameters:
    ///   - address: any byte of it.
    ///   - root: where `/proc` is.
    /// - Returns: bytes, or why they are not known.
    public static func residentBytes(at address: UInt64, root: HostRoot = .system) -> Reading<Int64> {
        switch root.read("/proc/self/smaps", limitBytes: limitBytes) {
        case .failure(let error):
            .unavailable(error.availability(absent: "this kernel has no smaps (CONFIG_PROC_PAGE_MONITOR)"))
        case .success(let text):
            residentBytes(at: address, smaps: text).map { .value($0) }
                ?? .unavailable(.absent("/proc/self/smaps does not list the mapping"))
        }
    }

    static func residentBytes(at address: UInt64, smaps text: String) -> Int64? {
        var isWanted = false
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            // Field names begin in capitals, addresses are lower-case hexadecimal digits.
            if let first = line.first, !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) {
                if isWanted { return nil }
                isWanted = Substring(line.prefix { $0 != UInt8(ascii: " ") }).covers(address)
            } else if isWanted, line.starts(with: "Rss:".utf8) {
                return Substring(line.dropFirst(4)).byteSize
            }
        }
        return nil
    }
}

extension Substring {
    /// Whether this is `start-end` in hexadecimal digits around an address.
    fileprivate func covers(_ address: UInt64) -> Bool {
        let ends = split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = UInt64(ends[0], radix: 16), let end = UInt64(ends[1], radix: 16) else {
            return false
        }
        return start <= address && address < end
    }
}
