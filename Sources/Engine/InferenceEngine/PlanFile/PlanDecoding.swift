import KernelInterface

/// Reads records from bytes, never outside of them.
struct RecordReader: FieldVisitor {
    private let bytes: UnsafeRawBufferPointer
    private let strings: UnsafeRawBufferPointer
    private var position: Int

    /// Starts at a position; `strings` is the table that strings lie in.
    init(_ bytes: UnsafeRawBufferPointer, at position: Int, strings: UnsafeRawBufferPointer) {
        self.bytes = bytes
        self.position = position
        self.strings = strings
    }

    mutating func u32(_ number: inout UInt32) throws(InferenceError) {
        number = UInt32(littleEndian: try load())
    }

    mutating func u64(_ number: inout UInt64) throws(InferenceError) {
        number = UInt64(littleEndian: try load())
    }

    mutating func string(_ text: inout String) throws(InferenceError) {
        let offset = Int(UInt32(littleEndian: try load()))
        let length = Int(UInt32(littleEndian: try load()))
        guard offset <= strings.count, length <= strings.count - offset else { throw Self.damaged }
        text = String(decoding: strings[offset..<(offset + length)], as: UTF8.self)
    }

    private mutating func load<Number: FixedWidthInteger & BitwiseCopyable>() throws(InferenceError) -> Number {
        let size = MemoryLayout<Number>.size
        guard position >= 0, position <= bytes.count - size else { throw Self.damaged }
        defer { position += size }
        return bytes.loadUnaligned(fromByteOffset: position, as: Number.self)
    }

    static let damaged = InferenceError(.invalidPlan, "plan file: a field points outside of the file; make it again")
}

extension Plan {
    /// Reads a plan from a file's bytes, the blob staying where it is.
    ///
    /// `base` is 64-byte aligned; `select` gives the kernels of an instruction set; `release` is called when the plan no
    /// longer needs the bytes, also when this throws.
    init(
        base: UnsafeRawPointer,
        count: Int,
        kernels select: (_ instructionSet: String) throws(InferenceError) -> KernelSet,
        release: @escaping () -> Void
    ) throws(InferenceError) {
        // Owns the bytes from here on, whatever happens.
        let owner = WeightsBlob(base: base, count: count, release: release)
        let bytes = UnsafeRawBufferPointer(start: base, count: count)
        let header = try Self.header(of: bytes)
        guard let kind = PlanKind(rawValue: header.kind) else {
            throw InferenceError(.invalidPlan, "plan file: plan kind \(header.kind) is unknown; make it again")
        }
        let layout = try PlanLayout(header, fileBytes: bytes.count)
        let strings = UnsafeRawBufferPointer(rebasing: bytes[layout.strings])
        var reader = RecordReader(bytes, at: PlanHeader.magic.count, strings: strings)
        var named = header
        try named.visit(&reader)
        let kernels = try select(named.instructionSet)
        guard kernels.instructionSet == named.instructionSet, kernels.gemm.name == named.gemmName,
            kernels.gemm.tileRows == header.tileRows, kernels.gemm.tileColumns == header.tileColumns,
            kernels.gemm.depthGroup == header.depthGroup
        else {
            throw InferenceError(
                .unsupported,
                "plan file: packed for \(named.gemmName), which this program does not have; make it again"
            )
        }
        var indices: [Int] = []
        var indexReader = RecordReader(bytes, at: layout.indices, strings: strings)
        for _ in 0..<(header.inputCount + header.outputCount) {
            var index = 0
            try indexReader.small(&index)
            indices.append(index)
        }
        try self.init(
            name: named.name,
            kind: kind,
            kernels: kernels,
            tensors: Self.records(bytes, at: layout.tensors, count: header.tensorCount, strings),
            steps: Self.records(bytes, at: layout.steps, count: header.stepCount, strings),
            inputs: Array(indices.prefix(header.inputCount)),
            outputs: Array(indices.dropFirst(header.inputCount)),
            arenaBytes: header.arenaBytes,
            blob: WeightsBlob(base: base + header.blobOffset, count: header.blobBytes) {
                withExtendedLifetime(owner) {}
            }
        )
    }

    private static func records<Record: PlanRecord>(
        _ bytes: UnsafeRawBufferPointer,
        at start: Int,
        count: Int,
        _ strings: UnsafeRawBufferPointer
    ) throws(InferenceError) -> [Record] {
        var records: [Record] = []
        records.reserveCapacity(count)
        for index in 0..<count {
            var reader = RecordReader(bytes, at: start + index * Record.recordBytes, strings: strings)
            var record = Record()
            try record.visit(&reader)
            records.append(record)
        }
        return records
    }

    /// The header without its strings, its version and the checksum being right.
    private static func header(of bytes: UnsafeRawBufferPointer) throws(InferenceError) -> PlanHeader {
        guard bytes.count >= PlanHeader.recordBytes,
            bytes.prefix(PlanHeader.magic.count).elementsEqual(PlanHeader.magic)
        else { throw InferenceError(.invalidPlan, "plan file: not a plan file, or cut short") }
        var reader = HeaderReader(RecordReader(bytes, at: PlanHeader.magic.count, strings: .init(start: nil, count: 0)))
        var header = PlanHeader()
        try header.visit(&reader)
        guard header.version == PlanHeader.version else {
            throw InferenceError(
                .unsupported,
                "plan file: version \(header.version), this program reads \(PlanHeader.version); make it again"
            )
        }
        guard header.fileBytes == bytes.count else {
            throw InferenceError(.invalidPlan, "plan file: \(bytes.count) bytes long, not \(header.fileBytes)")
        }
        var first = Array(bytes.prefix(64))
        for index in 0..<8 { first[PlanHeader.checksumOffset + index] = 0 }
        var checksum = PlanChecksum()
        first.withUnsafeBytes { checksum.add($0) }
        checksum.add(UnsafeRawBufferPointer(rebasing: bytes[64...]))
        guard checksum.value == header.checksum else {
            throw InferenceError(.invalidPlan, "plan file: damaged, its checksum is wrong; make it again")
        }
        return header
    }
}

/// Reads a header's numbers before it is known where its strings lie.
private struct HeaderReader: FieldVisitor {
    private var reader: RecordReader

    init(_ reader: RecordReader) { self.reader = reader }

    mutating func u32(_ number: inout UInt32) throws(InferenceError) { try reader.u32(&number) }
    mutating func u64(_ number: inout UInt64) throws(InferenceError) { try reader.u64(&number) }
    mutating func string(_ text: inout String) throws(InferenceError) {
        var both: UInt64 = 0
        try reader.u64(&both)
    }
}

/// Where the tables of a plan file lie, all within it.
private struct PlanLayout {
    let tensors: Int
    let steps: Int
    let indices: Int
    let strings: Range<Int>

    init(_ header: PlanHeader, fileBytes: Int) throws(InferenceError) {
        // Counts are below 2^32 and records below 2^8 bytes: the sums fit.
        tensors = PlanHeader.recordBytes
        steps = tensors + header.tensorCount * PlanTensor.recordBytes
        indices = steps + header.stepCount * PlanStep.recordBytes
        let start = indices + 4 * (header.inputCount + header.outputCount)
        let end = start + header.stringBytes
        guard end <= header.blobOffset, header.blobOffset % BlobBuilder.alignment == 0,
            header.blobOffset <= fileBytes, header.blobBytes == fileBytes - header.blobOffset
        else { throw RecordReader.damaged }
        strings = start..<end
    }
}
