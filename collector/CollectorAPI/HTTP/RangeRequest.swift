/// Which bytes of a body are asked for (RFC 9110, section 14).
enum RangeRequest: Hashable {
    /// All of them, also where the range cannot be read, has several parts, or was for another version.
    case whole
    /// These.
    case part(Range<UInt64>)
    /// Some that do not exist.
    case unsatisfiable

    /// Reads the header fields of a request.
    ///
    /// - Parameters:
    ///   - range: `Range`.
    ///   - ifRange: `If-Range`.
    ///   - etag: The body's entity tag, a strong one.
    ///   - length: Bytes of the body.
    init(_ range: String?, ifRange: String?, etag: String, length: UInt64) {
        self = .whole
        guard let range, ifRange == nil || ifRange == etag else { return }
        let words = range.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard words.count == 2, words[0].lowercased() == "bytes" else { return }
        let ends = words[1].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        switch (Self.number(ends[0]), Self.number(ends[1])) {
        case (let first?, let last) where last != nil || ends[1].isEmpty:
            let last = last ?? .max
            guard first <= last else { return }
            guard first < length else {
                self = .unsatisfiable
                return
            }
            self = .part(first..<(min(last, length - 1) + 1))
        case (nil, let count?) where ends[0].isEmpty:
            self = count > 0 && length > 0 ? .part((length - min(count, length))..<length) : .unsatisfiable
        default: return
        }
    }

    private static func number(_ text: Substring) -> UInt64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt64(text) : nil
    }
}
