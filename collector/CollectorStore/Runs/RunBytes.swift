/// Writes a run's fields.
struct RunWriter: RunArchive {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func byte(_ value: inout UInt8) { bytes.append(value) }

    mutating func unsigned(_ value: inout UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func number(_ value: inout Double) {
        // -0 is written in full, or it would come back as 0.
        if let whole = Int64(exactly: value), abs(whole) < RunReader.largestWhole, whole != 0 || value.sign == .plus {
            var folded = UInt64(bitPattern: whole << 1 ^ whole >> 63) << 1 | 1
            unsigned(&folded)
        } else {
            bytes.append(0)
            append(value.bitPattern)
        }
    }

    mutating func text(_ value: inout String) {
        var length = UInt64(value.utf8.count)
        unsigned(&length)
        bytes.append(contentsOf: value.utf8)
    }

    mutating func count(_ value: Int, ofAtLeast bytes: Int) -> Int {
        var wide = UInt64(value)
        unsigned(&wide)
        return value
    }

    mutating func nested(_ body: (inout Self) throws(StoredRunError) -> Void) throws(StoredRunError) {
        var inner = RunWriter(capacity: 256)
        try body(&inner)
        _ = count(inner.bytes.count, ofAtLeast: 1)
        append(inner.bytes)
    }

    mutating func append(_ other: some Sequence<UInt8>) { bytes.append(contentsOf: other) }

    mutating func append(checksum: UInt32) {
        withUnsafeBytes(of: checksum.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Eight bytes, lowest first.
    mutating func append(_ word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
}

/// Reads a run's fields from bytes nobody vouches for.
struct RunReader: RunArchive {
    /// Whole numbers below this are written without loss.
    static let largestWhole: Int64 = 1 << 53

    private let bytes: ArraySlice<UInt8>
    private var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// Bytes not read yet.
    var rest: Int { bytes.endIndex - place }

    mutating func byte(_ value: inout UInt8) throws(StoredRunError) {
        guard place < bytes.endIndex else { throw .damaged }
        value = bytes[place]
        place += 1
    }

    mutating func unsigned(_ value: inout UInt64) throws(StoredRunError) {
        var result: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            guard place < bytes.endIndex else { throw .damaged }
            let next = UInt64(bytes[place])
            place += 1
            // The tenth byte has room for one bit.
            guard shift < 63 || shift == 63 && next <= 1 else { throw .damaged }
            result |= (next & 0x7f) << shift
            if next < 0x80 { break }
            shift += 7
        }
        value = result
    }

    mutating func number(_ value: inout Double) throws(StoredRunError) {
        var folded: UInt64 = 0
        try unsigned(&folded)
        if folded == 0 {
            value = Double(bitPattern: try word())
        } else {
            guard folded & 1 == 1 else { throw .damaged }
            let whole = folded >> 1
            value = Double(Int64(bitPattern: whole >> 1) ^ -Int64(whole & 1))
        }
    }

    mutating func text(_ value: inout String) throws(StoredRunError) {
        let length = try count(0, ofAtLeast: 1)
        guard let text = String(validating: bytes[place..<(place + length)], as: UTF8.self) else { throw .damaged }
        value = text
        place += length
    }

    /// The number of elements there are, which cannot be more than the bytes left have room for.
    mutating func count(_ value: Int, ofAtLeast bytes: Int) throws(StoredRunError) -> Int {
        var wide: UInt64 = 0
        try unsigned(&wide)
        guard wide <= UInt64(rest / bytes) else { throw .damaged }
        return Int(wide)
    }

    mutating func nested(_ body: (inout Self) throws(StoredRunError) -> Void) throws(StoredRunError) {
        var inner = RunReader(try slice())
        try body(&inner)
        guard inner.rest == 0 else { throw .damaged }
    }

    /// Bytes behind their number.
    mutating func slice() throws(StoredRunError) -> ArraySlice<UInt8> {
        let length = try count(0, ofAtLeast: 1)
        defer { place += length }
        return bytes[place..<(place + length)]
    }

    /// Eight bytes, lowest first.
    mutating func word() throws(StoredRunError) -> UInt64 {
        guard rest >= 8 else { throw .damaged }
        var result: UInt64 = 0
        for index in 0..<8 { result |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        place += 8
        return result
    }
}
