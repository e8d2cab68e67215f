/// A constant: element type, extents, and where its bytes lie.
///
/// Bytes are row-major and little-endian, as in the format's raw data. They lie in memory, in a mapped file that stays
/// mapped as long as a tensor refers to it, or are made on demand.
public struct ONNXTensor: Sendable {
    /// The value's name, "" in an attribute.
    public var name: String
    /// Type of every element.
    public let elementType: ONNXElementType
    /// Extents, outermost first, each at least 0; empty for a scalar.
    public let dimensions: [Int]
    /// Product of the extents.
    public let elementCount: Int
    let storage: Storage

    enum Storage: Sendable {
        case bytes([UInt8])
        case mapped(MappedFile, offset: Int)
        case source(@Sendable (_ offset: Int, UnsafeMutableRawBufferPointer) -> Void)
    }

    /// Size of the raw data.
    public var byteCount: Int { elementCount * elementType.byteCount }

    init(
        name: String,
        elementType: ONNXElementType,
        dimensions: [Int],
        elementCount: Int,
        storage: Storage
    ) {
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
        self.elementCount = elementCount
        self.storage = storage
    }

    /// Makes a tensor from its raw data; traps unless extents and number of bytes agree.
    public init(name: String, elementType: ONNXElementType, dimensions: [Int], bytes: [UInt8]) {
        let count = Self.requiredCount(dimensions, elementType)
        precondition(bytes.count == count * elementType.byteCount, "bytes do not match the extents")
        self.init(
            name: name,
            elementType: elementType,
            dimensions: dimensions,
            elementCount: count,
            storage: .bytes(bytes)
        )
    }

    /// Makes a tensor whose raw data is made on demand, for large ones; traps on unusable extents.
    ///
    /// - Parameters:
    ///   - name: The value's name.
    ///   - elementType: Type of every element.
    ///   - dimensions: Extents, outermost first.
    ///   - source: Fills the buffer with the raw data from byte `offset` on; must give the same bytes each time.
    public init(
        name: String,
        elementType: ONNXElementType,
        dimensions: [Int],
        source: @escaping @Sendable (_ offset: Int, UnsafeMutableRawBufferPointer) -> Void
    ) {
        self.init(
            name: name,
            elementType: elementType,
            dimensions: dimensions,
            elementCount: Self.requiredCount(dimensions, elementType),
            storage: .source(source)
        )
    }

    /// Makes a float32 tensor; traps unless extents and count agree.
    public init(name: String, floats: [Float], dimensions: [Int]) {
        self.init(name: name, elementType: .float32, dimensions: dimensions, bytes: rawBytes(floats))
    }

    /// Makes an int64 tensor; traps unless extents and count agree.
    public init(name: String, int64s: [Int64], dimensions: [Int]) {
        self.init(name: name, elementType: .int64, dimensions: dimensions, bytes: rawBytes(int64s))
    }

    /// Makes an int32 tensor; traps unless extents and count agree.
    public init(name: String, int32s: [Int32], dimensions: [Int]) {
        self.init(name: name, elementType: .int32, dimensions: dimensions, bytes: rawBytes(int32s))
    }

    /// Makes a uint8 tensor; traps unless extents and count agree.
    public init(name: String, uint8s: [UInt8], dimensions: [Int]) {
        self.init(name: name, elementType: .uint8, dimensions: dimensions, bytes: uint8s)
    }

    /// Makes an int8 tensor; traps unless extents and count agree.
    public init(name: String, int8s: [Int8], dimensions: [Int]) {
        self.init(name: name, elementType: .int8, dimensions: dimensions, bytes: rawBytes(int8s))
    }

    private static func requiredCount(_ dimensions: [Int], _ type: ONNXElementType) -> Int {
        guard let count = dimensions.checkedProduct, type.byteCount > 0,
            !count.multipliedReportingOverflow(by: type.byteCount).overflow
        else { preconditionFailure("extents \(dimensions) of a \(type.name) tensor") }
        return count
    }
}

/// The elements' bytes in memory; both architectures built for are little-endian.
private func rawBytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
    elements.withUnsafeBytes { [UInt8]($0) }
}
