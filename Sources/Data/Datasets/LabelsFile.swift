import Glibc

/// A text file of names and classes, line by line; empty lines are left out.
struct LabelsFile {
    /// A line with something in it.
    struct Line {
        /// Counted from 1.
        var number: Int
        /// Without blanks around it.
        var text: String

        /// What stands before the last comma or blank, and the class behind it; nil when that is no class.
        var pair: (name: String, label: Int)? {
            guard let separator = text.lastIndex(where: { ", \t".contains($0) }),
                let label = Int(text[text.index(after: separator)...]), label >= 0
            else { return nil }
            let name = LabelsFile.trimmed(text[..<separator].utf8[...], with: ", \t\"")
            return name.isEmpty ? nil : (name, label)
        }

        /// Up to the first blank or comma.
        var firstWord: String { String(text.prefix { !", \t".contains($0) }) }
    }

    /// Largest file read, bytes.
    static let maximumByteCount = 1 << 26

    let path: String
    let lines: [Line]

    init(path: String) throws(DatasetError) {
        let bytes = try Self.contents(path)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw DatasetError(.malformed, "\(path): not UTF-8 text")
        }
        self.path = path
        lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .compactMap { index, line in
                let text = Self.trimmed(String(decoding: line, as: UTF8.self).utf8[...], with: " \t\r")
                return text.isEmpty ? nil : Line(number: index + 1, text: text)
            }
        guard !lines.isEmpty else { throw DatasetError(.malformed, "\(path): the file is empty") }
    }

    func error(_ line: Line, _ what: String) -> DatasetError {
        DatasetError(.mismatch, "\(path):\(line.number): \(what)")
    }

    private static func trimmed(_ text: Substring.UTF8View, with blanks: String) -> String {
        var text = text
        while let first = text.first, blanks.utf8.contains(first) { text.removeFirst() }
        while let last = text.last, blanks.utf8.contains(last) { text.removeLast() }
        return String(decoding: Array(text), as: UTF8.self)
    }

    private static func contents(_ path: String) throws(DatasetError) -> [UInt8] {
        let failure = { DatasetError(.system, "\(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure() }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= maximumByteCount else {
                throw DatasetError(
                    .malformed,
                    "\(path): larger than \(maximumByteCount >> 20) MiB; is it a labels file?"
                )
            }
        }
    }
}
