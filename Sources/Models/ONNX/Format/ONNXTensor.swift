/// A constant: extents, element type and where its bytes come from.
public struct ONNXTensor: Sendable {
    /// May be empty, for example in an attribute.
    public var name: String
    /// Type of the elements.
    public var elementType: ONNXElementType
    /// Extents, outermost first, each at least 0; empty for a scalar.
    public var dimensions: [Int]
    private let source: @Sendable (_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void) -> Void

    /// Number of elements.
    public var elementCount: Int { dimensions.reduce(1, *) }

    /// Makes a constant from little-endian row-major bytes.
    public init(name: String, elementType: ONNXElementType, dimensions: [Int], bytes: [UInt8]) {
        self.name = name
        self.elementType = elementType
        self.dimensions = dimensions
        source = { range, body in bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) } }
    }

    /// Hands over some of the constant's little-endian row-major bytes; they may be unaligned.
    public func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        var result: R?
        source(range) { result = body($0) }
        guard let result else { preconditionFailure("a source hands its bytes over") }
        return result
    }
}
