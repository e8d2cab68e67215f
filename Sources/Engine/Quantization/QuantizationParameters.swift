/// How real numbers map to 8-bit integers: real = scale · (stored − zeroPoint), per tensor.
public struct QuantizationParameters: Hashable, Sendable {
    /// The integer type the file stores.
    ///
    /// The engine computes in u8: an s8 tensor's stored values and zero point
    /// are both raised by 128 on the way in, which changes no real value.
    public enum Storage: Hashable, Sendable {
        /// 0...255
        case unsigned8
        /// −128...127
        case signed8
    }

    /// Real size of one step; finite and positive.
    public var scale: Float
    /// The stored integer that means 0.
    public var zeroPoint: Int32
    /// The stored integer's type.
    public var storage: Storage

    /// Makes parameters.
    public init(scale: Float, zeroPoint: Int32, storage: Storage = .unsigned8) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.storage = storage
    }
}
