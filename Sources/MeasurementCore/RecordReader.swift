/// Takes little-endian fields off the front of bytes; every shortage is an error.
struct RecordReader {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    /// Whether every byte has been taken.
    var isAtEnd: Bool { bytes.isEmpty }

    private mutating func take(_ count: Int) throws(RecordError) -> ArraySlice<UInt8> {
        guard count <= bytes.count else { throw RecordError("it ends in the middle of a field") }
        let taken = bytes.prefix(count)
        bytes = bytes.dropFirst(count)
        return taken
    }

    /// An integer of the type asked for.
    mutating func integer<Value: FixedWidthInteger>() throws(RecordError) -> Value {
        let field = try take(MemoryLayout<Value>.size)
        return field.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    /// A byte that is 0 or 1.
    mutating func flag() throws(RecordError) -> Bool {
        let value: UInt8 = try integer()
        guard value <= 1 else { throw RecordError("a yes-or-no field holds \(value)") }
        return value == 1
    }

    /// An IEEE 754 double that is a number.
    mutating func real() throws(RecordError) -> Double {
        let value = Double(bitPattern: try integer())
        guard value.isFinite else { throw RecordError("a field holds no finite number") }
        return value
    }

    /// A 16-bit length in bytes, then UTF-8.
    mutating func text() throws(RecordError) -> String {
        let length: UInt16 = try integer()
        guard let text = String(validating: try take(Int(length)), as: UTF8.self) else {
            throw RecordError("a text is not UTF-8")
        }
        return text
    }

    /// A 32-bit count, then so many elements.
    ///
    /// Nothing is reserved up front: a false count ends with the bytes, not with the memory.
    mutating func list<Element>(
        _ element: (inout RecordReader) throws(RecordError) -> Element
    ) throws(RecordError) -> [Element] {
        let count: UInt32 = try integer()
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }
}
