/// The element types that are read and written.
public enum NumPyElementType: String, Hashable, Sendable, CaseIterable {
    /// Half precision.
    case float16 = "f2"
    /// Single precision.
    case float32 = "f4"
    /// Double precision.
    case float64 = "f8"
    /// Signed byte.
    case int8 = "i1"
    /// Unsigned byte.
    case uint8 = "u1"
    /// Signed, 16 bits.
    case int16 = "i2"
    /// Unsigned, 16 bits.
    case uint16 = "u2"
    /// Signed, 32 bits.
    case int32 = "i4"
    /// Signed, 64 bits.
    case int64 = "i8"
    /// A byte, false when 0.
    case bool = "b1"

    /// Bytes of an element.
    public var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .int16, .uint16: 2
        case .float32, .int32: 4
        case .float64, .int64: 8
        }
    }

    /// Whether elements are floating-point numbers.
    public var isFloat: Bool {
        switch self {
        case .float16, .float32, .float64: true
        case .int8, .uint8, .int16, .uint16, .int32, .int64, .bool: false
        }
    }

    /// NumPy's name of the type, for example `float32`.
    public var name: String { "\(self)" }
}
