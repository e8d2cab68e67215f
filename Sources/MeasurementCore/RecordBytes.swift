/// Little-endian bytes of a record in the making.
struct RecordBytes {
    var bytes: [UInt8] = []

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Bool) { append(UInt8(value ? 1 : 0)) }

    mutating func append(_ value: Double) { append(value.bitPattern) }

    /// Length in bytes, then UTF-8; cut at a character when longer than the length field can say.
    mutating func append(_ text: String) {
        var utf8 = Array(text.utf8.prefix(Int(UInt16.max)))
        while utf8.count < text.utf8.count, String(validating: utf8, as: UTF8.self) == nil { utf8.removeLast() }
        append(UInt16(clamping: utf8.count))
        bytes += utf8
    }

    mutating func append<Element>(_ list: [Element], _ appendElement: (inout RecordBytes, Element) -> Void) {
        append(UInt32(clamping: list.count))
        for element in list { appendElement(&self, element) }
    }
}
