internal import Checksum

extension MeasurementRecord {
    /// First bytes of every record.
    static let magic: [UInt8] = Array("EDGEPREC".utf8)
    /// Bytes before the body: magic, version, body length.
    static let headerLength = 16
    /// Bytes behind the body: the checksum.
    static let checksumLength = 4

    /// The record's bytes.
    public func encoded() -> [UInt8] {
        var body = RecordBytes()
        switch self {
        case .measured(let record):
            body.append(UInt8(1))
            body.append(record)
        case .failed(let reason):
            body.append(UInt8(2))
            body.append(reason)
        case .ceilings(let ceilings):
            body.append(UInt8(3))
            body.append(ceilings)
        }
        var file = RecordBytes()
        file.bytes = Self.magic
        file.append(Self.version)
        file.append(UInt32(clamping: body.bytes.count))
        file.bytes += body.bytes
        file.append(CRC32C.checksum(file.bytes))
        return file.bytes
    }
}

extension RecordBytes {
    fileprivate mutating func append(_ record: MeasuredRecord) {
        append(record.isa)
        append(record.windowNanoseconds)
        append(record.warmUpQueries)
        append(record.warmUpNanoseconds)
        append(record.warmUpSettled)
        append(record.tail.rawValue)
        append(record.latency)
        append(record.memory)
        append(record.processor)
        append(record.clockStepNanoseconds)
        append(record.counters) { bytes, counter in bytes.append(counter) }
        append(record.energy)
        append(record.heat)
        append(record.load)
        append(record.memoryLimit)
        append(record.steps) { bytes, step in
            bytes.append(step.macs)
            bytes.append(step.activationBytes)
            bytes.append(step.constantBytes)
        }
        append(record.layers != nil)
        if let layers = record.layers {
            append(layers) { bytes, layer in
                bytes.append(layer.name)
                bytes.append(layer.operation)
                bytes.append(layer.shape)
                bytes.append(layer.macs)
                bytes.append(layer.memoryAccessBytes)
                bytes.append(layer.nanoseconds)
                bytes.append(layer.counters)
            }
        }
    }

    fileprivate mutating func append(_ ceilings: RecordedCeilings) {
        append(ceilings.isa)
        append(ceilings.threads)
        append(ceilings.macsPerSecond)
        append(ceilings.levels) { bytes, level in
            bytes.append(level.level.rawValue)
            bytes.append(level.bytes)
            bytes.append(level.sharers)
            bytes.append(level.availability.rawValue)
            bytes.append(level.reason)
            bytes.append(level.bytesPerSecond)
        }
    }

    private mutating func append(_ latency: RecordedLatency) {
        append(latency.minimum)
        append(latency.maximum)
        append(latency.sum)
        append(latency.bins) { bytes, bin in
            bytes.append(bin.nanoseconds)
            bytes.append(bin.count)
        }
        append(stretches: latency.stretches)
    }

    private mutating func append(_ processor: RecordedProcessorTime) {
        append(processor.isKnown)
        append(processor.cpus)
        append(processor.stretchNanoseconds)
        append(processor.busyNanoseconds)
        append(processor.stolenNanoseconds)
        append(processor.ownNanoseconds)
        append(processor.tickNanoseconds)
    }
}
