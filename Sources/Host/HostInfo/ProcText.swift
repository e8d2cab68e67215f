/// The shapes of text `/proc` and `/sys` speak in, parsed without trust: what does not fit is nil, and nothing overflows.
extension StringProtocol {
    /// Without the ASCII white space and NULs around it (device-tree strings end in a NUL).
    package var trimmed: SubSequence {
        func isBlank(_ character: Character) -> Bool {
            character == " " || character == "\t" || character == "\n" || character == "\r\n" || character == "\0"
        }
        let start = firstIndex { !isBlank($0) } ?? endIndex
        var end = endIndex
        while end > start, isBlank(self[index(before: end)]) { end = index(before: end) }
        return self[start..<end]
    }

    /// Its lines, without empty ones.
    package var lines: [SubSequence] {
        split { $0 == "\n" || $0 == "\r\n" }
    }

    /// Its words.
    package var words: [SubSequence] {
        split { $0 == " " || $0 == "\t" }
    }

    /// Key and value of a `key: value` line, or nil for a line without a colon.
    package var keyAndValue: (key: SubSequence, value: SubSequence)? {
        guard let colon = firstIndex(of: ":") else { return nil }
        return (self[startIndex..<colon].trimmed, self[index(after: colon)...].trimmed)
    }

    /// A whole number of ASCII digits that is not negative.
    package var decimal: UInt64? {
        guard utf8.first.map({ $0 >= 0x30 && $0 <= 0x39 }) == true else { return nil }
        return UInt64(self)
    }

    /// Bytes of a size such as `1024 kB`, `48K`, `2M` or `512`; nil if it has another form or does not fit.
    package var byteSize: Int64? {
        let text = trimmed
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits) else { return nil }
        let factor: Int64
        switch text[digits.endIndex...].trimmed {
        case "": factor = 1
        case "K", "kB", "KB": factor = 1024
        case "M", "MB": factor = 1024 * 1024
        case "G", "GB": factor = 1024 * 1024 * 1024
        default: return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : bytes
    }
}
