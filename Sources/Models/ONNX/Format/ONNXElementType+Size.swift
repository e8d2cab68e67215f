extension ONNXElementType {
    /// Bytes an element takes in raw data, 0 for strings, which have none.
    public var byteCount: Int {
        switch self {
        case .string: 0
        case .uint8, .int8, .bool: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64, .complex64: 8
        case .complex128: 16
        }
    }

    /// The type's name in the format's tables, for example `float32`.
    public var name: String { String(describing: self) }
}

extension [Int] {
    /// Product of extents, nil where one is negative or a product of them leaves Int; 1 for a scalar.
    ///
    /// Overflow counts even where another extent is 0: no array library can hold such a shape either.
    var checkedProduct: Int? {
        var product = 1
        for extent in self where extent != 0 {
            let (next, overflow) = product.multipliedReportingOverflow(by: extent)
            guard extent > 0, !overflow else { return nil }
            product = next
        }
        return contains(0) ? 0 : product
    }
}
