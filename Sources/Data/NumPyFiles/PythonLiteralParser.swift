/// Reads the few Python literals an .npy header is made of; nothing is evaluated.
struct PythonLiteralParser {
    /// A value of the dictionary.
    enum Literal: Equatable {
        case string(String)
        case boolean(Bool)
        /// Whole numbers from 0 on.
        case tuple([Int])
        /// A list: a description of structures, of no interest beyond that.
        case list
    }

    private let bytes: ArraySlice<UInt8>
    private var position: Int

    /// Takes the text of a header.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    /// Reads a dictionary up to the end of the text.
    mutating func dictionary() throws(NumPyError) -> [String: Literal] {
        var entries: [String: Literal] = [:]
        try expect("{")
        while !take("}") {
            let key = try string()
            try expect(":")
            let value = try literal()
            guard entries.updateValue(value, forKey: key) == nil else { throw malformed() }
            // What follows a list is not looked at: such files are refused whatever else they say.
            if value == .list { return ["descr": .list, "fortran_order": .boolean(false), "shape": .tuple([])] }
            if !take(",") {
                try expect("}")
                break
            }
        }
        skipBlanks()
        guard position == bytes.endIndex else { throw malformed() }
        return entries
    }

    private mutating func literal() throws(NumPyError) -> Literal {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "("): return .tuple(try tuple())
        case UInt8(ascii: "["): return .list
        default:
            for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
                position += word.utf8.count
                return .boolean(value)
            }
            throw malformed()
        }
    }

    private mutating func string() throws(NumPyError) -> String {
        skipBlanks()
        guard let quote = peek, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else { throw malformed() }
        let start = position + 1
        guard let end = bytes[start...].firstIndex(of: quote) else { throw malformed() }
        position = end + 1
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    private mutating func tuple() throws(NumPyError) -> [Int] {
        var extents: [Int] = []
        try expect("(")
        while !take(")") {
            extents.append(try integer())
            if !take(",") {
                try expect(")")
                break
            }
        }
        return extents
    }

    private mutating func integer() throws(NumPyError) -> Int {
        skipBlanks()
        let digits = bytes[position...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard let value = Int(String(decoding: digits, as: UTF8.self)) else { throw malformed() }
        position = digits.endIndex
        // Python 2 wrote long integers with a suffix.
        if peek == UInt8(ascii: "L") { position += 1 }
        return value
    }

    private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == UInt8(ascii: " ") || (9...13).contains(byte) { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard let byte = peek, UInt32(byte) == character.value else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(NumPyError) {
        guard take(character) else { throw malformed() }
    }

    private func malformed() -> NumPyError {
        NumPyError(
            .malformed,
            "the header is damaged at byte \(position - bytes.startIndex) of its dictionary; write it with numpy.save"
        )
    }
}
