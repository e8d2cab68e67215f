/// What a run's fields go through, once for writing and once for reading, so that both directions are one description.
///
/// A writer leaves what it is given as it is; a reader replaces it (docs/formats/stored-run.md, "Primitives").
protocol RunArchive {
    /// One byte.
    mutating func byte(_ value: inout UInt8) throws(StoredRunError)
    /// A whole number of 0 and up: LEB128, seven bits a byte, lowest first.
    mutating func unsigned(_ value: inout UInt64) throws(StoredRunError)
    /// A number: whole ones as LEB128, others as their eight bytes.
    mutating func number(_ value: inout Double) throws(StoredRunError)
    /// A text: its length in bytes, then UTF-8.
    mutating func text(_ value: inout String) throws(StoredRunError)
    /// A number of elements, each of which takes at least `bytes`.
    mutating func count(_ value: Int, ofAtLeast bytes: Int) throws(StoredRunError) -> Int
    /// What `body` describes, behind its length in bytes.
    mutating func nested(_ body: (inout Self) throws(StoredRunError) -> Void) throws(StoredRunError)
}

/// Why a stored run cannot be read: its bytes are damaged, or a newer program wrote them.
enum StoredRunError: Error, Equatable {
    /// The bytes end early, or hold what no writer writes.
    case damaged
    /// A newer program wrote them.
    case newer(version: UInt8)
    /// A part that runs share is not there.
    case missingPart
}

extension RunArchive {
    mutating func flag(_ value: inout Bool) throws(StoredRunError) {
        var byte: UInt8 = value ? 1 : 0
        try self.byte(&byte)
        guard byte <= 1 else { throw .damaged }
        value = byte == 1
    }

    /// A whole number of either sign: 2n, or -2n - 1 for those below 0.
    mutating func signed(_ value: inout Int64) throws(StoredRunError) {
        var folded = UInt64(bitPattern: value << 1 ^ value >> 63)
        try unsigned(&folded)
        value = Int64(bitPattern: folded >> 1) ^ -Int64(folded & 1)
    }

    mutating func integer(_ value: inout Int) throws(StoredRunError) {
        var wide = Int64(value)
        try signed(&wide)
        value = Int(wide)
    }

    /// One of several: its place in a table that only ever grows at its end, or 255 and its name.
    mutating func choice<Choice: RawRepresentable<String>>(
        _ value: inout Choice,
        of table: [Choice]
    ) throws(StoredRunError) {
        // Compared by name: what a raw value is made of need not be Equatable.
        let name = value.rawValue
        let place = table.firstIndex { $0.rawValue == name }.map { UInt8(clamping: $0) } ?? 255
        var code = place
        try byte(&code)
        if code == 255 {
            var text = name
            try self.text(&text)
            guard let choice = Choice(rawValue: text) else { throw .damaged }
            value = choice
        } else {
            guard table.indices.contains(Int(code)) else { throw .damaged }
            value = table[Int(code)]
        }
    }

    /// A byte that says whether there is a value, then the value.
    mutating func optional<Value>(
        _ value: inout Value?,
        blank: @autoclosure () -> Value,
        _ body: (inout Self, inout Value) throws(StoredRunError) -> Void
    ) throws(StoredRunError) {
        var isThere = value != nil
        try flag(&isThere)
        guard isThere else {
            value = nil
            return
        }
        var inner = value ?? blank()
        try body(&self, &inner)
        value = inner
    }

    mutating func optional(_ value: inout String?) throws(StoredRunError) {
        try optional(&value, blank: "") { (archive, text) throws(StoredRunError) in try archive.text(&text) }
    }

    mutating func optional(_ value: inout Double?) throws(StoredRunError) {
        try optional(&value, blank: 0) { (archive, number) throws(StoredRunError) in try archive.number(&number) }
    }

    mutating func optional(_ value: inout UInt64?) throws(StoredRunError) {
        try optional(&value, blank: 0) { (archive, number) throws(StoredRunError) in try archive.unsigned(&number) }
    }

    /// How many, then each.
    mutating func list<Element>(
        _ values: inout [Element],
        ofAtLeast bytes: Int = 1,
        blank: @autoclosure () -> Element,
        _ body: (inout Self, inout Element) throws(StoredRunError) -> Void
    ) throws(StoredRunError) {
        let count = try self.count(values.count, ofAtLeast: bytes)
        if values.count != count { values = Array(repeating: blank(), count: count) }
        for index in values.indices { try body(&self, &values[index]) }
    }

    mutating func texts(_ values: inout [String]) throws(StoredRunError) {
        try list(&values, blank: "") { (archive, text) throws(StoredRunError) in try archive.text(&text) }
    }

    /// Numbers by name, in the order of their names' bytes.
    mutating func dictionary(_ values: inout [String: UInt64]) throws(StoredRunError) {
        var pairs = values.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
        try list(&pairs, ofAtLeast: 2, blank: ("", 0)) { (archive, pair) throws(StoredRunError) in
            try archive.text(&pair.0)
            try archive.unsigned(&pair.1)
        }
        values = Dictionary(pairs) { first, _ in first }
    }

    /// A text that mostly is a UUID: 1 and its 16 bytes, or 0 and the text.
    mutating func identifier(_ value: inout String) throws(StoredRunError) {
        let uuid = UUIDBytes(value)
        var isUUID = uuid != nil
        try flag(&isUUID)
        guard isUUID else { return try text(&value) }
        var bytes = uuid ?? UUIDBytes.zero
        for index in bytes.bytes.indices { try byte(&bytes.bytes[index]) }
        value = bytes.text
    }
}
