internal import Checksum

/// Why bytes are not a record.
public struct RecordError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with the place where it helps.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension MeasurementRecord {
    /// Reads a record.
    ///
    /// - Parameter bytes: the whole record and nothing else.
    /// - Throws: `RecordError` for anything that is not one intact record: cut short, changed, of another version, or
    ///   well-formed but impossible (a histogram out of order, a share above 1).
    public init(_ bytes: [UInt8]) throws(RecordError) {
        guard bytes.count >= Self.headerLength + Self.checksumLength else {
            throw RecordError(bytes.isEmpty ? "it is empty" : "it is cut short after \(bytes.count) bytes")
        }
        guard bytes.count <= Self.longest else { throw RecordError("it is longer than \(Self.longest) bytes") }
        guard bytes.starts(with: Self.magic) else { throw RecordError("it does not begin like a record") }
        var header = RecordReader(bytes[Self.magic.count..<Self.headerLength])
        let version: UInt32 = try header.integer()
        guard version == Self.version else {
            throw RecordError("it has version \(version), this program reads version \(Self.version)")
        }
        let length: UInt32 = try header.integer()
        let end = bytes.count - Self.checksumLength
        guard Int(length) == end - Self.headerLength else {
            throw RecordError("its body should have \(length) bytes and has \(end - Self.headerLength)")
        }
        var trailer = RecordReader(bytes[end...])
        let checksum: UInt32 = try trailer.integer()
        guard checksum == CRC32C.checksum(bytes[..<end]) else { throw RecordError("its checksum does not match") }

        var body = RecordReader(bytes[Self.headerLength..<end])
        let kind: UInt8 = try body.integer()
        switch kind {
        case 1: self = .measured(try body.measured())
        case 2: self = .failed(reason: try body.text())
        case 3: self = .ceilings(try body.ceilings())
        default: throw RecordError("it is of unknown kind \(kind)")
        }
        guard body.isAtEnd else { throw RecordError("it goes on after its last field") }
    }
}

extension RecordReader {
    fileprivate mutating func measured() throws(RecordError) -> MeasuredRecord {
        var record = MeasuredRecord()
        record.isa = try text()
        record.windowNanoseconds = try integer()
        record.warmUpQueries = try integer()
        record.warmUpNanoseconds = try integer()
        record.warmUpSettled = try flag()
        record.tail = try tail()
        record.latency = try latency()
        record.memory = try memory()
        record.processor = try processor()
        record.clockStepNanoseconds = try integer()
        record.counters = try list { reader throws(RecordError) in try reader.counter() }
        record.energy = try energy()
        record.heat = try heat()
        record.load = try load()
        record.memoryLimit = try memoryLimit()
        record.steps = try list { reader throws(RecordError) in
            RecordedStep(
                macs: try reader.integer(),
                activationBytes: try reader.integer(),
                constantBytes: try reader.integer()
            )
        }
        if try flag() {
            record.layers = try list { reader throws(RecordError) in try reader.layer() }
        }
        guard record.latency.bins.isEmpty || record.windowNanoseconds > 0 else {
            throw RecordError("it has queries in a window of no length")
        }
        return record
    }

    private mutating func latency() throws(RecordError) -> RecordedLatency {
        var latency = RecordedLatency()
        latency.minimum = try integer()
        latency.maximum = try integer()
        latency.sum = try integer()
        var last: UInt64?
        var total: UInt64 = 0
        latency.bins = try list { reader throws(RecordError) in
            let bin = RecordedLatency.Bin(nanoseconds: try reader.integer(), count: try reader.integer())
            let (sum, overflow) = total.addingReportingOverflow(bin.count)
            guard bin.count > 0, !overflow, last.map({ $0 < bin.nanoseconds }) ?? true else {
                throw RecordError("its histogram is not in order")
            }
            last = bin.nanoseconds
            total = sum
            return bin
        }
        latency.stretches = try stretches()
        guard latency.minimum <= latency.maximum else { throw RecordError("its least latency exceeds its greatest") }
        return latency
    }

    private mutating func processor() throws(RecordError) -> RecordedProcessorTime {
        var processor = RecordedProcessorTime()
        processor.isKnown = try flag()
        processor.cpus = try integer()
        processor.stretchNanoseconds = try integer()
        processor.busyNanoseconds = try integer()
        processor.stolenNanoseconds = try integer()
        processor.ownNanoseconds = try integer()
        processor.tickNanoseconds = try integer()
        return processor
    }

    private mutating func layer() throws(RecordError) -> RecordedLayer {
        var layer = RecordedLayer(
            name: try text(),
            operation: try text(),
            shape: try text(),
            macs: try integer(),
            memoryAccessBytes: try integer(),
            nanoseconds: try integer()
        )
        layer.counters = try layerCounts()
        return layer
    }

    mutating func availability() throws(RecordError) -> RecordedAvailability {
        let value: UInt8 = try integer()
        guard let availability = RecordedAvailability(rawValue: value) else {
            throw RecordError("availability \(value) has no meaning")
        }
        return availability
    }
}

extension RecordReader {
    fileprivate mutating func ceilings() throws(RecordError) -> RecordedCeilings {
        let ceilings = RecordedCeilings(
            isa: try text(),
            threads: try integer(),
            macsPerSecond: try real(),
            levels: try list { reader throws(RecordError) in try reader.ceilingLevel() }
        )
        guard ceilings.threads > 0, ceilings.macsPerSecond > 0 else {
            throw RecordError("its ceilings are not positive")
        }
        for (nearer, farther) in zip(ceilings.levels, ceilings.levels.dropFirst())
        where nearer.level.rawValue >= farther.level.rawValue {
            throw RecordError("its levels are out of order")
        }
        return ceilings
    }

    private mutating func ceilingLevel() throws(RecordError) -> RecordedCeilingLevel {
        let number: UInt8 = try integer()
        guard let level = MemoryLevel(rawValue: number) else { throw RecordError("level \(number) has no meaning") }
        let entry = RecordedCeilingLevel(
            level: level,
            bytes: try integer(),
            sharers: try integer(),
            availability: try availability(),
            reason: try text(),
            bytesPerSecond: try real()
        )
        let isSound = entry.availability == .ok ? entry.bytesPerSecond > 0 : entry.bytesPerSecond == 0
        guard isSound, entry.sharers > 0, (level == .memory) == (entry.bytes == 0) else {
            throw RecordError("its level \(number) is impossible")
        }
        return entry
    }
}
