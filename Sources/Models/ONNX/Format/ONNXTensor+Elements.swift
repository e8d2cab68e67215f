extension ONNXTensor {
    /// Reads a range of the raw data, in bytes; mapped and not copied where it lies in a file, so perhaps unaligned.
    ///
    /// Reads zeros where the file has become shorter since; `requireUnchanged` tells.
    ///
    /// - Precondition: The range lies within `byteCount`.
    public func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range out of the tensor")
        switch storage {
        case .bytes(let bytes):
            return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
        case .mapped(let file, let offset):
            return file.withBytes((offset + range.lowerBound)..<(offset + range.upperBound), body)
        case .source(let source):
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 16)
            defer { buffer.deallocate() }
            source(range.lowerBound, buffer)
            return body(UnsafeRawBufferPointer(buffer))
        }
    }

    /// Throws when the tensor lies in a file that has changed since it was opened.
    public func requireUnchanged() throws(ONNXError) {
        if case .mapped(let file, _) = storage { try file.requireUnchanged() }
    }

    /// All elements as float32, of any numeric element type.
    ///
    /// - Returns: `elementCount` numbers; float64, int32, int64 and their like are rounded to the nearest.
    /// - Throws: `ONNXError` for strings, booleans and complex numbers, and when the file has changed.
    public func floats() throws(ONNXError) -> [Float] {
        try requireNumeric()
        let result = [Float](unsafeUninitializedCapacity: elementCount) { buffer, count in
            fill(0..<elementCount, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<elementCount]))
            count = elementCount
        }
        try requireUnchanged()
        return result
    }

    /// Reads elements of a numeric tensor as float32, for parameters that are made row by row.
    ///
    /// - Precondition: The tensor is numeric, the range lies within `elementCount`, the buffer holds as many.
    public func readFloats(_ range: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) {
        precondition(isNumeric, "a tensor of \(elementType.name) read as numbers")
        precondition(range.lowerBound >= 0 && range.upperBound <= elementCount && buffer.count >= range.count)
        fill(range, into: buffer)
    }

    /// All elements of an integer or boolean tensor.
    ///
    /// - Returns: `elementCount` integers.
    /// - Throws: `ONNXError` for other element types, a uint64 above Int64's range, and when the file has changed.
    public func int64s() throws(ONNXError) -> [Int64] {
        let result: [Int64]? =
            switch elementType {
            case .uint8, .bool: map(UInt8.self) { Int64($0) }
            case .int8: map(Int8.self) { Int64($0) }
            case .uint16: map(UInt16.self) { Int64($0) }
            case .int16: map(Int16.self) { Int64($0) }
            case .int32: map(Int32.self) { Int64($0) }
            case .uint32: map(UInt32.self) { Int64($0) }
            case .int64: map(Int64.self) { $0 }
            case .uint64: map(UInt64.self) { Int64(clamping: $0) }
            default: nil
            }
        guard let result else { throw wrongType("integers") }
        if elementType == .uint64, result.contains(.max) {
            throw ONNXError(.malformed, "tensor \(ONNXError.quoted(name)): a uint64 is too large for its use")
        }
        try requireUnchanged()
        return result
    }

    /// Whether elements are real numbers.
    public var isNumeric: Bool {
        switch elementType {
        case .string, .bool, .complex64, .complex128: false
        default: true
        }
    }

    private func requireNumeric() throws(ONNXError) {
        guard isNumeric else { throw wrongType("numbers") }
    }

    private func wrongType(_ wanted: String) -> ONNXError {
        ONNXError(
            .unsupportedModel,
            "tensor \(ONNXError.quoted(name)): elements are \(elementType.name) where \(wanted) are needed"
        )
    }

    private func fill(_ range: Range<Int>, into buffer: UnsafeMutableBufferPointer<Float>) {
        switch elementType {
        case .float32: convert(range, Float.self, into: buffer) { $0 }
        case .float64: convert(range, Double.self, into: buffer) { Float($0) }
        case .float16: convert(range, UInt16.self, into: buffer) { float(half: $0) }
        case .bfloat16: convert(range, UInt16.self, into: buffer) { Float(bitPattern: UInt32($0) << 16) }
        case .uint8: convert(range, UInt8.self, into: buffer) { Float($0) }
        case .int8: convert(range, Int8.self, into: buffer) { Float($0) }
        case .uint16: convert(range, UInt16.self, into: buffer) { Float($0) }
        case .int16: convert(range, Int16.self, into: buffer) { Float($0) }
        case .int32: convert(range, Int32.self, into: buffer) { Float($0) }
        case .uint32: convert(range, UInt32.self, into: buffer) { Float($0) }
        case .int64: convert(range, Int64.self, into: buffer) { Float($0) }
        case .uint64: convert(range, UInt64.self, into: buffer) { Float($0) }
        case .string, .bool, .complex64, .complex128: preconditionFailure("not numeric")
        }
    }

    /// The buffer may be uninitialised: it is only ever written.
    private func convert<Element: BitwiseCopyable>(
        _ range: Range<Int>,
        _ type: Element.Type,
        into buffer: UnsafeMutableBufferPointer<Float>,
        _ number: (Element) -> Float
    ) {
        guard let target = buffer.baseAddress else { return }
        let size = MemoryLayout<Element>.size
        withBytes((range.lowerBound * size)..<(range.upperBound * size)) { bytes in
            for index in 0..<range.count {
                (target + index).initialize(to: number(bytes.loadUnaligned(fromByteOffset: index * size, as: type)))
            }
        }
    }

    private func map<Element: BitwiseCopyable>(_ type: Element.Type, _ number: (Element) -> Int64) -> [Int64] {
        let size = MemoryLayout<Element>.size
        return withBytes(0..<byteCount) { bytes in
            (0..<elementCount).map { number(bytes.loadUnaligned(fromByteOffset: $0 * size, as: type)) }
        }
    }
}

extension ONNXModel {
    /// Throws when a file the model's constants lie in has changed since it was opened.
    ///
    /// A reader of the constants asks at its end: bytes that a shortened file no longer has were read as zeros.
    public func requireUnchangedFiles() throws(ONNXError) {
        for tensor in graph.initializers { try tensor.requireUnchanged() }
        for node in graph.nodes {
            for case .tensor(let tensor) in node.attributes.values { try tensor.requireUnchanged() }
        }
    }
}

/// IEEE 754 half precision by its bits: x86_64 Swift has no portable Float16 conversion.
func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0:  // Zero or subnormal: fraction · 2^-24, exact in Float.
        return Float(bitPattern: (Float(fraction) * 0x1p-24).bitPattern | sign)
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
