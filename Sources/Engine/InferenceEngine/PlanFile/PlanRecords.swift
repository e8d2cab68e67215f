import NetworkGraph
import Quantization

// The fixed-size records of a plan file (docs/formats/plan.md). Each is described once, by visiting its fields in the
// file's order: a writer takes them out of the value, a reader puts them in. All little-endian.

/// Goes through a record's fields in the file's order.
protocol FieldVisitor {
    mutating func u32(_ number: inout UInt32) throws(InferenceError)
    mutating func u64(_ number: inout UInt64) throws(InferenceError)
    /// A string, as u32 offset and u32 length within the string table.
    mutating func string(_ text: inout String) throws(InferenceError)
}

extension FieldVisitor {
    /// A count or position that fits u32.
    mutating func small(_ number: inout Int) throws(InferenceError) {
        var field = UInt32(truncatingIfNeeded: number)
        try u32(&field)
        number = Int(field)
    }

    /// A count or position as u64.
    mutating func large(_ number: inout Int) throws(InferenceError) {
        var field = UInt64(truncatingIfNeeded: number)
        try u64(&field)
        guard let exact = Int(exactly: field) else {
            throw InferenceError(.invalidPlan, "plan file: a size is out of range; make the plan again")
        }
        number = exact
    }

    mutating func i32(_ number: inout Int32) throws(InferenceError) {
        var field = UInt32(bitPattern: number)
        try u32(&field)
        number = Int32(bitPattern: field)
    }

    mutating func f32(_ number: inout Float) throws(InferenceError) {
        var field = number.bitPattern
        try u32(&field)
        number = Float(bitPattern: field)
    }
}

/// A type with a fixed-size record.
protocol PlanRecord {
    /// Bytes of a record, unused ones at its end included.
    static var recordBytes: Int { get }
    /// A value to read into.
    init()
    /// Goes through the fields in order.
    mutating func visit(_ visitor: inout some FieldVisitor) throws(InferenceError)
}

extension PlanTensor: PlanRecord {
    static var recordBytes: Int { 64 }

    init() {
        self.init(
            name: "",
            batch: 0,
            height: 0,
            width: 0,
            channels: 0,
            offset: 0,
            pixelStride: 0,
            quantization: QuantizationParameters(scale: 0, zeroPoint: 0)
        )
    }

    mutating func visit(_ visitor: inout some FieldVisitor) throws(InferenceError) {
        try visitor.string(&name)
        try visitor.small(&batch)
        try visitor.small(&height)
        try visitor.small(&width)
        try visitor.small(&channels)
        try visitor.small(&pixelStride)
        try visitor.f32(&quantization.scale)
        try visitor.large(&offset)
        try visitor.i32(&quantization.zeroPoint)
        var storage: UInt32 = quantization.storage == .signed8 ? 1 : 0
        try visitor.u32(&storage)
        quantization.storage = storage == 0 ? .unsigned8 : .signed8
    }
}

extension PlanStep: PlanRecord {
    static var recordBytes: Int { 192 }
    private static var none: UInt32 { .max }

    init() {
        self.init(name: "", kind: .copy, input: 0, second: nil, output: 0)
    }

    mutating func visit(_ visitor: inout some FieldVisitor) throws(InferenceError) {
        try visitor.string(&name)
        try visit(&kind, &visitor)
        try visitor.small(&input)
        var other = second.map { UInt32(truncatingIfNeeded: $0) } ?? Self.none
        try visitor.u32(&other)
        second = other == Self.none ? nil : Int(other)
        try visitor.small(&output)
        try visit(&window, &visitor)
        try visitor.small(&groups)
        try visitor.i32(&lowest)
        try visitor.i32(&highest)
        try visitor.f32(&inputMultiplier)
        try visitor.f32(&secondMultiplier)
        try visitor.large(&weights)
        try visitor.large(&bias)
        try visitor.large(&multipliers)
        try visitor.i32(&affineZeroPoint)
        var hasPrologue: UInt32 = prologue == nil ? 0 : 1
        try visitor.u32(&hasPrologue)
        var fields =
            prologue
            ?? AffinePrologue(multipliers: 0, offsets: 0, inputZeroPoint: 0, zeroPoint: 0, lowest: 0, highest: 0)
        try visitor.large(&fields.multipliers)
        try visitor.large(&fields.offsets)
        try visitor.i32(&fields.inputZeroPoint)
        try visitor.i32(&fields.zeroPoint)
        try visitor.i32(&fields.lowest)
        try visitor.i32(&fields.highest)
        prologue = hasPrologue == 0 ? nil : fields
        try visit(&lowering, &visitor)
        var reserved: UInt32 = 0
        try visitor.u32(&reserved)
        try visitor.large(&macs)
        try visitor.large(&memoryAccessBytes)
    }

    private func visit<Choice: RawRepresentable<UInt32>>(
        _ choice: inout Choice,
        _ visitor: inout some FieldVisitor
    ) throws(InferenceError) {
        var code = choice.rawValue
        try visitor.u32(&code)
        guard let known = Choice(rawValue: code) else {
            throw InferenceError(.invalidPlan, "plan file: \(Choice.self) \(code) is unknown; make the plan again")
        }
        choice = known
    }

    private func visit(_ window: inout Window, _ visitor: inout some FieldVisitor) throws(InferenceError) {
        try visitor.small(&window.kernelHeight)
        try visitor.small(&window.kernelWidth)
        try visitor.small(&window.strideHeight)
        try visitor.small(&window.strideWidth)
        try visitor.small(&window.padTop)
        try visitor.small(&window.padLeft)
        try visitor.small(&window.padBottom)
        try visitor.small(&window.padRight)
        try visitor.small(&window.dilationHeight)
        try visitor.small(&window.dilationWidth)
        var ceilMode: UInt32 = window.ceilMode ? 1 : 0
        try visitor.u32(&ceilMode)
        window.ceilMode = ceilMode != 0
    }
}

/// The first bytes of a plan file, behind its magic number.
struct PlanHeader: PlanRecord {
    static let magic = Array("EDGEPLAN".utf8)
    static let version: UInt32 = 2
    static let checksumOffset = 16
    static var recordBytes: Int { 128 }

    var version = Self.version
    var kind: UInt32 = 0
    /// Of the whole file, this field taken as zero.
    var checksum: UInt64 = 0
    var fileBytes = 0
    var arenaBytes = 0
    var blobOffset = 0
    var blobBytes = 0
    var tensorCount = 0
    var stepCount = 0
    var inputCount = 0
    var outputCount = 0
    var stringBytes = 0
    var tileRows = 0
    var tileColumns = 0
    var depthGroup = 0
    var name = ""
    var instructionSet = ""
    var gemmName = ""

    mutating func visit(_ visitor: inout some FieldVisitor) throws(InferenceError) {
        try visitor.u32(&version)
        try visitor.u32(&kind)
        try visitor.u64(&checksum)
        try visitor.large(&fileBytes)
        try visitor.large(&arenaBytes)
        try visitor.large(&blobOffset)
        try visitor.large(&blobBytes)
        try visitor.small(&tensorCount)
        try visitor.small(&stepCount)
        try visitor.small(&inputCount)
        try visitor.small(&outputCount)
        try visitor.small(&stringBytes)
        try visitor.small(&tileRows)
        try visitor.small(&tileColumns)
        try visitor.small(&depthGroup)
        try visitor.string(&name)
        try visitor.string(&instructionSet)
        try visitor.string(&gemmName)
    }
}
