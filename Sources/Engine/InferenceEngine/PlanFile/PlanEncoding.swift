import KernelInterface

/// Writes records into bytes, gathering strings on the side.
struct RecordWriter: FieldVisitor {
    private(set) var bytes: [UInt8] = []
    private(set) var strings: [UInt8] = []

    mutating func u32(_ number: inout UInt32) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func u64(_ number: inout UInt64) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func string(_ text: inout String) {
        var offset = UInt32(truncatingIfNeeded: strings.count)
        var length = UInt32(truncatingIfNeeded: text.utf8.count)
        strings.append(contentsOf: text.utf8)
        u32(&offset)
        u32(&length)
    }

    /// Writes a record and zeros up to its size.
    mutating func write<Record: PlanRecord>(_ record: Record) throws(InferenceError) {
        let start = bytes.count
        var record = record
        try record.visit(&self)
        pad(to: start + Record.recordBytes)
    }

    mutating func write(bytes more: [UInt8]) { bytes.append(contentsOf: more) }

    mutating func pad(to count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: max(count - bytes.count, 0)))
    }
}

extension Plan {
    /// Everything of the plan's file before the blob, the checksum still zero.
    func encodedTables() throws(InferenceError) -> [UInt8] {
        var writer = RecordWriter()
        var header = PlanHeader()
        header.kind = kind.rawValue
        header.arenaBytes = arenaBytes
        header.blobBytes = blob.count
        header.tensorCount = tensors.count
        header.stepCount = steps.count
        header.inputCount = inputs.count
        header.outputCount = outputs.count
        header.tileRows = kernels.gemm.tileRows
        header.tileColumns = kernels.gemm.tileColumns
        header.depthGroup = kernels.gemm.depthGroup
        header.name = name
        header.instructionSet = kernels.instructionSet
        header.gemmName = kernels.gemm.name
        header.stringBytes =
            name.utf8.count + kernels.instructionSet.utf8.count + kernels.gemm.name.utf8.count
            + tensors.reduce(0) { $0 + $1.name.utf8.count } + steps.reduce(0) { $0 + $1.name.utf8.count }
        let tables =
            PlanHeader.recordBytes + PlanTensor.recordBytes * tensors.count + PlanStep.recordBytes * steps.count
            + 4 * (inputs.count + outputs.count) + header.stringBytes
        header.blobOffset = tables.rounded(upTo: BlobBuilder.alignment)
        header.fileBytes = header.blobOffset + blob.count
        writer.write(bytes: PlanHeader.magic)
        try header.visit(&writer)
        writer.pad(to: PlanHeader.recordBytes)
        for tensor in tensors { try writer.write(tensor) }
        for step in steps { try writer.write(step) }
        for index in inputs + outputs {
            var field = UInt32(truncatingIfNeeded: index)
            writer.u32(&field)
        }
        writer.write(bytes: writer.strings)
        writer.pad(to: header.blobOffset)
        return writer.bytes
    }
}
