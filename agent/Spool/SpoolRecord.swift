internal import Checksum

/// One record of the spool.
///
/// Its form on disk (docs/formats/spool.md):
/// ```
/// offset  size  what
///      0     8  "EDGESPL2"
///      8     2  I, bytes of the id, little-endian, 1...128
///     10     2  R, bytes of the reference, little-endian, 0...128
///     12     4  W, worth, little-endian: 0 low, 1 middle, 2 high
///     16     8  P, bytes of the payload, little-endian
///     24     I  id, visible ASCII
///   24+I     R  reference, visible ASCII; empty for none
/// 24+I+R     P  payload
///      …     4  CRC32C of all bytes before, little-endian
/// ```
/// Version 1, "EDGESPL1", had 4 bytes each for I and R and no worth; it is read, as of high worth, and not written.
struct SpoolRecord: Hashable {
    static let magic = Array("EDGESPL2".utf8)
    private static let firstMagic = Array("EDGESPL1".utf8)
    static let nameLimit = 128
    private static let headerBytes = 24
    private static let checksumBytes = 4

    var id: String
    var reference: String?
    var worth: Spool.Worth
    var payload: [UInt8]

    /// Bytes on disk of a record with these parts.
    static func encodedBytes(id: String, reference: String?, payloadBytes: Int) -> Int {
        headerBytes + id.utf8.count + (reference?.utf8.count ?? 0) + payloadBytes + checksumBytes
    }

    /// Whether a text may be an id or a reference.
    static func isName(_ text: String) -> Bool {
        (1...nameLimit).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    var encoded: [UInt8] {
        var bytes = Self.magic
        bytes.reserveCapacity(
            Self.encodedBytes(id: id, reference: reference, payloadBytes: payload.count)
        )
        Self.append(UInt64(id.utf8.count), size: 2, to: &bytes)
        Self.append(UInt64(reference?.utf8.count ?? 0), size: 2, to: &bytes)
        Self.append(UInt64(worth.rawValue), size: 4, to: &bytes)
        Self.append(UInt64(payload.count), size: 8, to: &bytes)
        bytes += id.utf8
        bytes += reference?.utf8 ?? "".utf8
        bytes += payload
        Self.append(UInt64(CRC32C.checksum(bytes)), size: Self.checksumBytes, to: &bytes)
        return bytes
    }

    /// Reads a record.
    ///
    /// - Parameter bytes: a whole file.
    /// - Throws: `Damage` when the bytes are not exactly one record.
    init(decoding bytes: [UInt8]) throws(Damage) {
        guard bytes.count >= Self.headerBytes + Self.checksumBytes else {
            throw Damage("torn: \(bytes.count) bytes are less than a header")
        }
        let isFirst = bytes.starts(with: Self.firstMagic)
        guard isFirst || bytes.starts(with: Self.magic) else {
            throw Damage("not a record: it does not begin with EDGESPL2")
        }
        let idBytes = Self.integer(bytes[8..<(isFirst ? 12 : 10)])
        let referenceBytes = Self.integer(isFirst ? bytes[12..<16] : bytes[10..<12])
        let payloadBytes = Self.integer(bytes[16..<24])
        guard (1...UInt64(Self.nameLimit)).contains(idBytes), referenceBytes <= Self.nameLimit else {
            throw Damage("its header gives lengths no record has")
        }
        let room = UInt64(bytes.count - Self.headerBytes - Self.checksumBytes)
        let (needed, overflow) = payloadBytes.addingReportingOverflow(idBytes + referenceBytes)
        guard !overflow, needed == room else {
            throw Damage("torn: \(room) bytes where the header promises \(overflow ? "too many" : String(needed))")
        }
        let checksumStart = bytes.count - Self.checksumBytes
        guard Self.integer(bytes[checksumStart...]) == UInt64(CRC32C.checksum(bytes[..<checksumStart])) else {
            throw Damage("its checksum does not match")
        }
        guard let worth = isFirst ? .high : Spool.Worth(rawValue: UInt8(clamping: Self.integer(bytes[12..<16]))) else {
            throw Damage("its worth is not 0, 1 or 2")
        }
        self.worth = worth
        let idEnd = Self.headerBytes + Int(idBytes)
        let referenceEnd = idEnd + Int(referenceBytes)
        id = String(decoding: bytes[Self.headerBytes..<idEnd], as: UTF8.self)
        let reference = String(decoding: bytes[idEnd..<referenceEnd], as: UTF8.self)
        self.reference = reference.isEmpty ? nil : reference
        guard Self.isName(id), self.reference.map(Self.isName) ?? true else {
            throw Damage("its id or reference is not visible ASCII")
        }
        payload = Array(bytes[referenceEnd..<checksumStart])
    }

    init(id: String, reference: String?, worth: Spool.Worth = .high, payload: [UInt8]) {
        self.id = id
        self.reference = reference
        self.worth = worth
        self.payload = payload
    }

    /// Reads a record's file; `damaged` when it does not hold exactly one record.
    init(readingFrom path: String, limit: Int) throws(SpoolError) {
        let bytes = try DurableFile.read(path, limit: limit)
        do { self = try SpoolRecord(decoding: bytes) } catch {
            throw SpoolError(code: .damaged, message: error.reason)
        }
    }

    /// Why bytes are not a record.
    struct Damage: Error {
        var reason: String

        init(_ reason: String) {
            self.reason = reason
        }
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func append(_ value: UInt64, size: Int, to bytes: inout [UInt8]) {
        for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
}
