/// Conversions between elements as they lie in a file and numbers.
enum ElementConversion {
    /// Reverses the bytes of each element.
    static func swapBytes(_ bytes: inout [UInt8], _ elementBytes: Int) {
        guard elementBytes > 1 else { return }
        for start in stride(from: 0, to: bytes.count - elementBytes + 1, by: elementBytes) {
            for index in 0..<(elementBytes / 2) { bytes.swapAt(start + index, start + elementBytes - 1 - index) }
        }
    }

    /// Fortran order (first axis innermost) to C order (last axis innermost).
    static func rowMajor(_ bytes: [UInt8], shape: [Int], elementBytes: Int) -> [UInt8] {
        var steps: [Int] = []
        var step = elementBytes
        for extent in shape {
            steps.append(step)
            step *= extent
        }
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        return [UInt8](unsafeUninitializedCapacity: bytes.count) { target, initialized in
            while initialized < bytes.count {
                for byte in 0..<elementBytes { target[initialized + byte] = bytes[source + byte] }
                initialized += elementBytes
                // Counts up like an odometer, the last axis fastest.
                var axis = shape.count - 1
                while axis >= 0 {
                    index[axis] += 1
                    source += steps[axis]
                    guard index[axis] == shape[axis] else { break }
                    source -= steps[axis] * shape[axis]
                    index[axis] = 0
                    axis -= 1
                }
            }
        }
    }

    /// Little-endian elements as single-precision numbers.
    static func floats(_ bytes: [UInt8], _ type: NumPyElementType) -> [Float] {
        switch type {
        case .float16: elements(bytes) { (bits: UInt16) in Float(Float16(bitPattern: bits)) }
        case .float32: elements(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
        case .float64: elements(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .int8: elements(bytes) { (value: Int8) in Float(value) }
        case .uint8: elements(bytes) { (value: UInt8) in Float(value) }
        case .int16: elements(bytes) { (value: Int16) in Float(value) }
        case .uint16: elements(bytes) { (value: UInt16) in Float(value) }
        case .int32: elements(bytes) { (value: Int32) in Float(value) }
        case .int64: elements(bytes) { (value: Int64) in Float(value) }
        case .bool: elements(bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
        }
    }

    /// Little-endian elements as whole numbers; nil when one is none.
    static func integers(_ bytes: [UInt8], _ type: NumPyElementType) -> [Int64]? {
        switch type {
        case .float16, .float32: floats(bytes, type).whole { Int64(exactly: $0) }
        case .float64: elements(bytes) { (bits: UInt64) in Double(bitPattern: bits) }.whole { Int64(exactly: $0) }
        case .int8: elements(bytes) { (value: Int8) in Int64(value) }
        case .uint8: elements(bytes) { (value: UInt8) in Int64(value) }
        case .int16: elements(bytes) { (value: Int16) in Int64(value) }
        case .uint16: elements(bytes) { (value: UInt16) in Int64(value) }
        case .int32: elements(bytes) { (value: Int32) in Int64(value) }
        case .int64: elements(bytes) { (value: Int64) in value }
        case .bool: elements(bytes) { (value: UInt8) in value == 0 ? 0 : 1 }
        }
    }

    private static func elements<Stored: FixedWidthInteger, Number>(
        _ bytes: [UInt8],
        _ number: (Stored) -> Number
    ) -> [Number] {
        let size = MemoryLayout<Stored>.size
        return bytes.withUnsafeBytes { buffer in
            (0..<(buffer.count / size)).map { index in
                number(Stored(littleEndian: buffer.loadUnaligned(fromByteOffset: index * size, as: Stored.self)))
            }
        }
    }
}

extension [Float] {
    fileprivate func whole(_ convert: (Float) -> Int64?) -> [Int64]? {
        let converted = compactMap(convert)
        return converted.count == count ? converted : nil
    }
}

extension [Double] {
    fileprivate func whole(_ convert: (Double) -> Int64?) -> [Int64]? {
        let converted = compactMap(convert)
        return converted.count == count ? converted : nil
    }
}
