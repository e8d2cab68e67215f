/// One value of a document: what it is and where it lies.
struct WireValue {
    enum Kind: UInt8 {
        case object, array, text, textWithEscapes, number, whole, yes, no, null
    }

    var kind: Kind
    /// The first byte; of a text the one after its quotation mark.
    var start: Int32
    /// One after the last byte; of a text the quotation mark.
    var end: Int32
    /// Where the value behind this one and all it holds is noted.
    var next: Int32
}

/// Notes the values of a document in the order of their bytes; keys are noted like values, before their values.
struct WireScan: ~Copyable {
    /// Deeper documents are unusual.
    static let mostLevels = 32

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var values: [WireValue] = []
    private var place = 0
    /// Whether a text holds more than ASCII.
    private var holdsMore = false

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        values.reserveCapacity(bytes.count / 8)
    }

    /// Scans the whole document; false where it is not plain JSON.
    ///
    /// The bytes must end in a zero, which no value holds.
    mutating func scan() -> Bool {
        guard value(level: 0) else { return false }
        skipSpace()
        guard place == bytes.count - 1 else { return false }
        // Also of keys and of values that nobody asks for.
        return !holdsMore || String(validating: bytes.dropLast(), as: UTF8.self) != nil
    }

    private mutating func skipSpace() {
        while true {
            switch bytes[place] {
            case 0x20, 0x0a, 0x0d, 0x09: place += 1
            default: return
            }
        }
    }

    private mutating func value(level: Int) -> Bool {
        guard level < Self.mostLevels else { return false }
        skipSpace()
        switch bytes[place] {
        case UInt8(ascii: "{"): return members(level: level)
        case UInt8(ascii: "["): return elements(level: level)
        case UInt8(ascii: "\""): return text()
        case UInt8(ascii: "t"): return word("true", .yes)
        case UInt8(ascii: "f"): return word("false", .no)
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func note(_ kind: WireValue.Kind, from start: Int) {
        values.append(
            WireValue(kind: kind, start: Int32(start), end: Int32(place), next: Int32(values.count + 1))
        )
    }

    private mutating func members(level: Int) -> Bool {
        let index = values.count
        note(.object, from: place)
        place += 1
        skipSpace()
        if bytes[place] == UInt8(ascii: "}") {
            place += 1
            return true
        }
        while true {
            skipSpace()
            guard bytes[place] == UInt8(ascii: "\""), text() else { return false }
            skipSpace()
            guard bytes[place] == UInt8(ascii: ":") else { return false }
            place += 1
            guard value(level: level + 1) else { return false }
            skipSpace()
            let separator = bytes[place]
            place += 1
            if separator == UInt8(ascii: "}") { break }
            guard separator == UInt8(ascii: ",") else { return false }
        }
        values[index].next = Int32(values.count)
        return true
    }

    private mutating func elements(level: Int) -> Bool {
        let index = values.count
        note(.array, from: place)
        place += 1
        skipSpace()
        if bytes[place] == UInt8(ascii: "]") {
            place += 1
            return true
        }
        while true {
            guard value(level: level + 1) else { return false }
            skipSpace()
            let separator = bytes[place]
            place += 1
            if separator == UInt8(ascii: "]") { break }
            guard separator == UInt8(ascii: ",") else { return false }
        }
        values[index].next = Int32(values.count)
        return true
    }

    /// Whether the bytes are UTF-8 is seen at the end.
    private mutating func text() -> Bool {
        place += 1
        let start = place
        var kind = WireValue.Kind.text
        var seen: UInt8 = 0
        while true {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") { break }
            guard byte >= 0x20 else { return false }
            seen |= byte
            if byte == UInt8(ascii: "\\") {
                kind = .textWithEscapes
                place += 1
                // The code point of \u may be half of a pair: unusual.
                switch bytes[place] {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    break
                default: return false
                }
            }
            place += 1
        }
        if seen >= 0x80 { holdsMore = true }
        note(kind, from: start)
        place += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ kind: WireValue.Kind) -> Bool {
        let start = place
        for index in 0..<word.utf8CodeUnitCount {
            guard bytes[place] == word.utf8Start[index] else { return false }
            place += 1
        }
        note(kind, from: start)
        return true
    }

    private mutating func digits() -> Bool {
        let start = place
        while bytes[place] &- 0x30 < 10 { place += 1 }
        return place > start
    }

    private mutating func number() -> Bool {
        let start = place
        if bytes[place] == UInt8(ascii: "-") { place += 1 }
        let first = place
        guard digits() else { return false }
        // No number begins with 0 and another digit.
        if bytes[first] == UInt8(ascii: "0"), place - first > 1 { return false }
        var kind = WireValue.Kind.whole
        if bytes[place] == UInt8(ascii: ".") {
            kind = .number
            place += 1
            guard digits() else { return false }
        }
        if bytes[place] | 0x20 == UInt8(ascii: "e") {
            kind = .number
            place += 1
            if bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") { place += 1 }
            guard digits() else { return false }
        }
        note(kind, from: start)
        return true
    }
}
