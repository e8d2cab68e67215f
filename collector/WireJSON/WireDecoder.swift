/// `Decoder` over one value of a scanned document.
///
/// It knows no coding path: what it refuses is decoded again by `JSONDecoder`, which does.
struct WireDecoder: Decoder {
    let document: WireDocument
    let index: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard document.kind(at: index) == .object else { throw document.unusual() }
        return KeyedDecodingContainer(WireObject(document: document, index: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        WireArray(document: document, elements: try document.elements(of: index))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        WireSingle(document: document, index: index)
    }
}

private struct WireObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let document: WireDocument
    let index: Int

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var keys: [Key] = []
        var place = index + 1
        while place < Int(document.values[index].next) {
            if let text = try? document.text(at: place), let key = Key(stringValue: text) { keys.append(key) }
            place = Int(document.values[place + 1].next)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { document.find(key.stringValue, in: index) != nil }

    private func place(_ key: Key) throws -> Int {
        guard let place = document.find(key.stringValue, in: index) else { throw document.unusual() }
        return place
    }

    private func optionalPlace(_ key: Key) -> Int? {
        document.find(key.stringValue, in: index).flatMap { document.kind(at: $0) == .null ? nil : $0 }
    }

    func decodeNil(forKey key: Key) throws -> Bool { document.kind(at: try place(key)) == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try document.flag(at: place(key)) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try document.text(at: place(key)) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try document.number(at: place(key)) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try document.whole(type, at: place(key)) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try document.whole(type, at: place(key)) }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try document.value(type, at: place(key))
    }

    // The defaults look for the key three times.
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try optionalPlace(key).map { try document.flag(at: $0) }
    }

    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try optionalPlace(key).map { try document.text(at: $0) }
    }

    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try optionalPlace(key).map { try document.number(at: $0) }
    }

    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try optionalPlace(key).map { try document.whole(type, at: $0) }
    }

    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        try optionalPlace(key).map { try document.whole(type, at: $0) }
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try optionalPlace(key).map { try document.value(type, at: $0) }
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try WireDecoder(document: document, index: place(key)).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try WireDecoder(document: document, index: place(key)).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { throw document.unusual() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw document.unusual() }
}

private struct WireArray: UnkeyedDecodingContainer {
    let document: WireDocument
    let elements: [Int]
    var currentIndex = 0

    init(document: WireDocument, elements: [Int]) {
        self.document = document
        self.elements = elements
    }

    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private func place() throws -> Int {
        guard !isAtEnd else { throw document.unusual() }
        return elements[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard document.kind(at: try place()) == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try document.value(type, at: place())
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested>
    {
        let container = try WireDecoder(document: document, index: place()).container(keyedBy: type)
        currentIndex += 1
        return container
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let container = try WireDecoder(document: document, index: place()).unkeyedContainer()
        currentIndex += 1
        return container
    }

    mutating func superDecoder() throws -> any Decoder { throw document.unusual() }
}

private struct WireSingle: SingleValueDecodingContainer {
    let document: WireDocument
    let index: Int

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { document.kind(at: index) == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try document.flag(at: index) }
    func decode(_ type: String.Type) throws -> String { try document.text(at: index) }
    func decode(_ type: Double.Type) throws -> Double { try document.number(at: index) }
    func decode(_ type: Float.Type) throws -> Float { throw document.unusual() }
    func decode(_ type: Int.Type) throws -> Int { try document.whole(type, at: index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try document.whole(type, at: index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try document.whole(type, at: index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try document.whole(type, at: index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try document.whole(type, at: index) }
    func decode(_ type: UInt.Type) throws -> UInt { try document.whole(type, at: index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try document.whole(type, at: index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try document.whole(type, at: index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try document.whole(type, at: index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try document.whole(type, at: index) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try document.value(type, at: index) }
}
