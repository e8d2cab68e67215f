import Checksum
import Crypto
import EdgeprofAPI
import Gzip

/// A part that many runs share, stored once under its key.
struct SharedPart: Hashable, Sendable {
    /// The first 16 bytes of the SHA-256 of `bytes`.
    let key: [UInt8]
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
        key = Array(SHA256.hash(data: bytes).prefix(RunCodec.keyBytes))
    }
}

/// A run as it is stored: its own bytes, and the parts they refer to.
struct StoredRun: Sendable {
    var body: [UInt8]
    var parts: [SharedPart]
}

/// Runs as bytes and back, without loss (docs/formats/stored-run.md).
enum RunCodec {
    static let version: UInt8 = 1
    static let keyBytes = 16
    /// Version, flags, two keys, the length unpacked at its shortest, checksum.
    private static let leastBytes = 2 + 2 * keyBytes + 1 + 4
    private static let isPacked: UInt8 = 1
    /// No run's own bytes come near it: a request has 16 MiB at most.
    private static let mostBytes: UInt64 = 64 << 20

    static func encode(_ run: Run) -> StoredRun {
        let (host, subject) = (part(of: run, kind: 1), part(of: run, kind: 2))
        var own = RunWriter(capacity: 4096)
        Self.write { (archive: inout RunWriter, run) throws(StoredRunError) in try archive.own(&run) }(&own, run)
        let packed = Deflate.compressed(own.bytes[...], dictionary: RunDictionary.bytes)
        var body = RunWriter(capacity: (packed ?? own.bytes).count + 64)
        var (version, flags) = (Self.version, packed == nil ? 0 : isPacked)
        var length = UInt64(own.bytes.count)
        body.byte(&version)
        body.byte(&flags)
        body.append(host.key)
        body.append(subject.key)
        body.unsigned(&length)
        body.append(packed ?? own.bytes)
        body.append(checksum: CRC32C.checksum(body.bytes))
        return StoredRun(body: body.bytes, parts: [host, subject])
    }

    /// The keys of the parts a stored run refers to: its host and its subject.
    static func partKeys(of body: [UInt8]) throws(StoredRunError) -> [[UInt8]] {
        try require(body)
        return [Array(body[2..<(2 + keyBytes)]), Array(body[(2 + keyBytes)..<(2 + 2 * keyBytes)])]
    }

    /// The run, with the bytes of its parts by their keys.
    static func decode(_ body: [UInt8], parts: [[UInt8]: [UInt8]]) throws(StoredRunError) -> Run {
        let keys = try partKeys(of: body)
        guard let host = parts[keys[0]], let subject = parts[keys[1]] else { throw .missingPart }
        var run = Run.blank
        try read(part: host, kind: 1, into: &run)
        try read(part: subject, kind: 2, into: &run)
        var reader = RunReader(body[(2 + 2 * keyBytes)..<(body.count - 4)])
        var length: UInt64 = 0
        try reader.unsigned(&length)
        guard length <= mostBytes else { throw .damaged }
        let rest = body[(body.count - 4 - reader.rest)..<(body.count - 4)]
        if body[1] & isPacked != 0 {
            let own: [UInt8]
            do throws(Gzip.Failure) {
                own = try Deflate.decompressed(rest, count: Int(length), dictionary: RunDictionary.bytes)
            } catch { throw .damaged }
            reader = RunReader(own[...])
        } else {
            guard rest.count == Int(length) else { throw .damaged }
            reader = RunReader(rest)
        }
        try reader.own(&run)
        guard reader.rest == 0 else { throw .damaged }
        return run
    }

    /// Checksum, then version: every version ends in the checksum, so that damage is not taken for a later one.
    private static func require(_ body: [UInt8]) throws(StoredRunError) {
        guard body.count >= leastBytes else { throw .damaged }
        var sum: UInt32 = 0
        for index in 0..<4 { sum |= UInt32(body[body.count - 4 + index]) << UInt32(8 * index) }
        guard body.withUnsafeBytes({ CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0.dropLast(4))) }) == sum else {
            throw .damaged
        }
        guard body[0] == version else { throw body[0] > version ? .newer(version: body[0]) : .damaged }
        guard body[1] <= isPacked else { throw .damaged }
    }

    private static func part(of run: Run, kind: UInt8) -> SharedPart {
        var writer = RunWriter(capacity: kind == 1 ? 256 : 8192)
        var (version, kind) = (Self.version, kind)
        writer.byte(&version)
        writer.byte(&kind)
        write { (archive: inout RunWriter, run) throws(StoredRunError) in
            if kind == 1 { try archive.host(&run.host) } else { try archive.subject(&run) }
        }(&writer, run)
        return SharedPart(bytes: writer.bytes)
    }

    private static func read(part: [UInt8], kind: UInt8, into run: inout Run) throws(StoredRunError) {
        guard part.count >= 2 else { throw .damaged }
        guard part[0] == version else { throw part[0] > version ? .newer(version: part[0]) : .damaged }
        guard part[1] == kind else { throw .damaged }
        var reader = RunReader(part[2...])
        if kind == 1 { try reader.host(&run.host) } else { try reader.subject(&run) }
        guard reader.rest == 0 else { throw .damaged }
    }

    /// A description of fields as something that writes: a writer leaves the run as it is and never throws.
    private static func write(
        _ fields: @escaping (inout RunWriter, inout Run) throws(StoredRunError) -> Void
    ) -> (inout RunWriter, Run) -> Void {
        { writer, run in
            var run = run
            do throws(StoredRunError) { try fields(&writer, &run) } catch { assertionFailure("a writer threw") }
        }
    }
}
