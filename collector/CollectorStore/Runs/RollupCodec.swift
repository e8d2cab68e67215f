import Checksum
import Crypto
import EdgeprofAPI

/// Rollups as bytes and back (docs/formats/stored-run.md, "Rollups").
///
/// Equal rollups have equal bytes.
enum RollupCodec {
    static let version: UInt8 = 1

    static func encode(_ key: Rollup.Key) -> [UInt8] {
        var writer = RunWriter(capacity: 256)
        var (version, copy) = (Self.version, key)
        writer.byte(&version)
        do throws(StoredRunError) { try writer.key(&copy) } catch { assertionFailure("a writer threw") }
        return writer.bytes
    }

    /// The first 16 bytes of the SHA-256 of a key's bytes.
    static func id(ofKey bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes).prefix(16)) }

    static func encode(_ rollup: Rollup) -> [UInt8] {
        var writer = RunWriter(capacity: 12 << 10)
        var (version, copy) = (Self.version, rollup)
        writer.byte(&version)
        do throws(StoredRunError) { try writer.rollup(&copy) } catch { assertionFailure("a writer threw") }
        writer.append(checksum: CRC32C.checksum(writer.bytes))
        return writer.bytes
    }

    static func decode(key: [UInt8], body: [UInt8]) throws(StoredRunError) -> Rollup {
        var reader = RunReader(key[...])
        try require(&reader)
        var rollup = Rollup(key: Rollup.Key(.blank))
        try reader.key(&rollup.key)
        guard reader.rest == 0 else { throw .damaged }
        return try decode(body, of: rollup.key)
    }

    static func decode(_ body: [UInt8], of key: Rollup.Key) throws(StoredRunError) -> Rollup {
        var rollup = Rollup(key: key)
        var reader = try opened(body)
        try reader.rollup(&rollup)
        guard reader.rest == 0 else { throw .damaged }
        return rollup
    }

    /// What is between a body's version and its checksum, both of which are looked at.
    static func opened(_ body: [UInt8]) throws(StoredRunError) -> RunReader {
        guard body.count >= 5 else { throw .damaged }
        var sum: UInt32 = 0
        for index in 0..<4 { sum |= UInt32(body[body.count - 4 + index]) << UInt32(8 * index) }
        guard body.withUnsafeBytes({ CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0.dropLast(4))) }) == sum else {
            throw .damaged
        }
        var reader = RunReader(body.dropLast(4))
        try require(&reader)
        return reader
    }

    private static func require(_ reader: inout RunReader) throws(StoredRunError) {
        var version: UInt8 = 0
        try reader.byte(&version)
        guard version == Self.version else { throw version > Self.version ? .newer(version: version) : .damaged }
    }
}

extension RunArchive {
    fileprivate mutating func key(_ key: inout Rollup.Key) throws(StoredRunError) {
        try text(&key.model)
        try optional(&key.file)
        try text(&key.hostId)
        try optional(&key.agentId)
        try text(&key.hostname)
        try text(&key.cpuModel)
        try optional(&key.board)
        try unsigned(&key.memoryBytes)
        try integer(&key.threads)
        try integer(&key.instances)
        try text(&key.isa)
        try choice(&key.plan, of: StoredChoices.plans)
        try choice(&key.scenario, of: StoredChoices.scenarios)
        try flag(&key.isDisturbed)
        try flag(&key.isBurst)
    }

    fileprivate mutating func rollup(_ rollup: inout Rollup) throws(StoredRunError) {
        try head(&rollup)
        // Hardly ever more than one.
        var models: [String] = Set(rollup.latest.map(\.modelText))
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        try texts(&models)
        try list(&rollup.latest, ofAtLeast: 20, blank: RunSummary()) { (archive, summary) throws(StoredRunError) in
            try archive.nested { (archive) throws(StoredRunError) in try archive.summary(&summary, models) }
        }
    }

    /// Counts and the histogram of all runs: what comes before the models and the summaries.
    mutating func head(_ rollup: inout Rollup) throws(StoredRunError) {
        var outcomes = StoredChoices.outcomes.compactMap { outcome in rollup.runCounts[outcome].map { (outcome, $0) } }
        try list(&outcomes, ofAtLeast: 2, blank: (.ok, 0)) { (archive, pair) throws(StoredRunError) in
            try archive.choice(&pair.0, of: StoredChoices.outcomes)
            try archive.unsigned(&pair.1)
        }
        rollup.runCounts = Dictionary(outcomes) { first, _ in first }
        try unsigned(&rollup.queryCount)
        var pairs = rollup.histogram.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
        try histogram(&pairs)
        guard pairs.allSatisfy({ $0.count == 2 }) else { throw .damaged }
        rollup.histogram = Dictionary(pairs.map { ($0[0], $0[1]) }) { first, _ in first }
    }

    mutating func summary(_ summary: inout RunSummary, _ models: [String]) throws(StoredRunError) {
        try identifier(&summary.runId)
        var place = UInt64(models.count == 1 ? 0 : models.firstIndex(of: summary.modelText) ?? 0)
        try unsigned(&place)
        guard place < models.count else { throw .damaged }
        // A SHA-256 holds no slash, and a family is not one.
        let parts = models[Int(place)].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .damaged }
        summary.sha256 = String(parts[0])
        summary.family = parts[1] == "/" ? nil : String(parts[1])
        try number(&summary.throughputPerSecond)
        try unsigned(&summary.peakRssBytes)
        try unsigned(&summary.loadPeakRssBytes)
        try optional(&summary.joulesAboveIdle)
        try optional(&summary.energyDomain)
        try optional(&summary.rooflineShare)
        try flag(&summary.isStandIn)
        try number(&summary.meanNanoseconds)
        try number(&summary.varianceSquareNanoseconds)
        try histogram(&summary.histogram)
    }
}

extension RunSummary {
    /// The model and its family as a rollup's list of models has them.
    var modelText: String { sha256 + "/" + (family ?? "/") }
}
