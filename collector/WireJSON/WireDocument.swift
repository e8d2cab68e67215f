import EdgeprofAPI
import Glibc

/// A scanned document, from which values are read.
///
/// Not `Sendable`: it is made, read and thrown away in one call.
final class WireDocument {
    /// Any value that cannot be read as asked makes the document one for `JSONDecoder`.
    struct Unusual: Error {}

    /// Whether something could not be read.
    private(set) var isUnusual = false
    /// The number that did not fit the whole number asked for.
    private(set) var misfit: Int?

    let bytes: [UInt8]
    let values: [WireValue]

    /// Scans a document; nil where it is not plain JSON.
    init?(_ document: [UInt8]) {
        guard document.count < Int(Int32.max) - 1 else { return nil }
        // Every scan of bytes stops at the zero, which JSON holds nowhere.
        let bytes = document + [0]
        let values: [WireValue]? = bytes.withUnsafeBufferPointer { buffer in
            var scan = WireScan(buffer)
            return scan.scan() ? scan.values : nil
        }
        guard let values else { return nil }
        self.bytes = bytes
        self.values = values
    }

    func unusual() -> Unusual {
        isUnusual = true
        return Unusual()
    }

    func kind(at index: Int) -> WireValue.Kind { values[index].kind }

    /// Where a key's value is noted; nil where the object has no such key.
    func find(_ key: String, in object: Int) -> Int? {
        var key = key
        return key.withUTF8 { key in
            var index = object + 1
            let end = Int(values[object].next)
            var found: Int?
            bytes.withUnsafeBufferPointer { bytes in
                while index < end {
                    let name = values[index]
                    // Escaped keys never are those of our types, unless somebody plays.
                    if name.kind == .textWithEscapes { isUnusual = true }
                    if Int(name.end - name.start) == key.count, let base = bytes.baseAddress,
                        let wanted = key.baseAddress,
                        memcmp(base + Int(name.start), wanted, key.count) == 0
                    {
                        // Which of two counts is not ours to say.
                        if found != nil { isUnusual = true }
                        found = index + 1
                    }
                    index = Int(values[index + 1].next)
                }
            }
            return found
        }
    }

    func text(at index: Int) throws -> String {
        let value = values[index]
        let slice = bytes[Int(value.start)..<Int(value.end)]
        let text: String?
        switch value.kind {
        case .text: text = slice.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
        case .textWithEscapes: text = String(validating: Self.unescaped(slice), as: UTF8.self)
        default: text = nil
        }
        guard let text else { throw unusual() }
        return text
    }

    private static func unescaped(_ slice: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var isEscaped = false
        for byte in slice {
            if !isEscaped, byte == UInt8(ascii: "\\") {
                isEscaped = true
                continue
            }
            defer { isEscaped = false }
            guard isEscaped else {
                result.append(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            default: result.append(byte)
            }
        }
        return result
    }

    func flag(at index: Int) throws -> Bool {
        switch values[index].kind {
        case .yes: return true
        case .no: return false
        default: throw unusual()
        }
    }

    /// Whole numbers of up to 18 digits; longer ones are unusual.
    func whole<Integer: FixedWidthInteger>(_ type: Integer.Type, at index: Int) throws -> Integer {
        guard let wide = small(values[index]), let result = Integer(exactly: wide) else {
            if misfit == nil, !mayFit(type, values[index]) { misfit = index }
            throw unusual()
        }
        return result
    }

    /// Whether `JSONDecoder` may make this type of a value that is unusual here.
    private func mayFit<Integer: FixedWidthInteger>(_ type: Integer.Type, _ value: WireValue) -> Bool {
        switch value.kind {
        case .whole: Integer(text(of: value)) != nil
        case .number: Double(text(of: value)).map { Integer(exactly: $0) != nil } ?? true
        default: true
        }
    }

    private func small(_ value: WireValue) -> Int64? {
        guard value.kind == .whole, value.end - value.start <= 18 else { return nil }
        return bytes.withUnsafeBufferPointer { bytes in
            var place = Int(value.start)
            let isNegative = bytes[place] == UInt8(ascii: "-")
            if isNegative { place += 1 }
            var result: Int64 = 0
            while place < Int(value.end) {
                result = result &* 10 &+ Int64(bytes[place] &- 0x30)
                place += 1
            }
            return isNegative ? -result : result
        }
    }

    func number(at index: Int) throws -> Double {
        let value = values[index]
        guard value.kind == .number || value.kind == .whole else { throw unusual() }
        // Up to 15 digits are exact in a Double; -0 is not a whole number's.
        if value.end - value.start <= 15, let whole = small(value), whole != 0 { return Double(whole) }
        // The scan saw a number of JSON's grammar, which is part of strtod's, and a byte that ends it behind it.
        let result = bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { text in
                text.baseAddress.map { strtod($0 + Int(value.start), nil) } ?? .nan
            }
        }
        guard result.isFinite else { throw unusual() }
        return result
    }

    /// Reads any type; those that runs have hundreds of without the detour of a container each.
    func value<Value: Decodable>(_ type: Value.Type, at index: Int) throws -> Value {
        if type == String.self, let value = try text(at: index) as? Value { return value }
        if type == Double.self, let value = try number(at: index) as? Value { return value }
        if type == UInt64.self, let value = try whole(UInt64.self, at: index) as? Value { return value }
        if type == [[UInt64]].self, let value = try pairs(at: index) as? Value { return value }
        if type == [Run.Layer].self, let value = try layers(at: index) as? Value { return value }
        do {
            return try Value(from: WireDecoder(document: self, index: index))
        } catch {
            // An enumeration without such a case, a time that is none: the type's own refusal.
            throw unusual()
        }
    }

    private func pairs(at index: Int) throws -> [[UInt64]] {
        try elements(of: index).map { outer in
            try elements(of: outer).map { try whole(UInt64.self, at: $0) }
        }
    }

    func elements(of array: Int) throws -> [Int] {
        guard values[array].kind == .array else { throw unusual() }
        var elements: [Int] = []
        var index = array + 1
        while index < Int(values[array].next) {
            elements.append(index)
            index = Int(values[index].next)
        }
        return elements
    }
}
