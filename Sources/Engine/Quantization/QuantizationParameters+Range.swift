public import NetworkGraph

extension QuantizationParameters {
    /// The narrowest step used: activations that never exceed 255 of these are zero for every purpose, and a
    /// smaller step would push requantization multipliers out of their range.
    static let smallestScale: Float = 0x1p-40

    /// Makes u8 parameters that cover a range of real values.
    ///
    /// The range is widened to include 0, so that 0 is exactly representable (padding, ReLU); a range of no width
    /// gets the step 1.
    ///
    /// - Throws: `QuantizationError` when a bound is NaN or infinite.
    public init(covering range: ClosedRange<Float>) throws(QuantizationError) {
        guard range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound <= range.upperBound else {
            throw QuantizationError(
                .notFinite,
                "activation range \(range.lowerBound)...\(range.upperBound) is not finite and ordered"
            )
        }
        let lower = Double(min(range.lowerBound, 0))
        let upper = Double(max(range.upperBound, 0))
        guard upper > lower else {
            self.init(scale: 1, zeroPoint: 0)
            return
        }
        let scale = max(Float((upper - lower) / 255), Self.smallestScale)
        let zeroPoint = (-lower / Double(scale)).rounded(.toNearestOrEven)
        self.init(scale: scale, zeroPoint: Int32(min(max(zeroPoint, 0), 255)))
    }

    /// The zero point in the engine's u8: an s8 one raised by 128.
    public var engineZeroPoint: Int32 {
        switch storage {
        case .unsigned8: zeroPoint
        case .signed8: zeroPoint &+ 128
        }
    }

    /// Whether both map the engine's u8 to the same reals.
    public func hasSameReals(as other: Self) -> Bool {
        scale == other.scale && engineZeroPoint == other.engineZeroPoint
    }

    /// The engine's u8 that an activation's bounds land on: 0...255 where there is none.
    ///
    /// Clamping after rounding gives what clamping the real number and then rounding gives, since rounding is monotone.
    public func storedBounds(of activation: Activation?) -> (lowest: Int32, highest: Int32) {
        switch activation {
        case nil: (0, 255)
        case .relu: (engineZeroPoint, 255)
        case .clip(let lower, let upper): (stored(lower), stored(upper))
        }
    }

    /// The engine's u8 nearest to a real number (ties to even), clamped; traps on NaN.
    public func stored(_ real: Float) -> Int32 {
        let exact = (Double(real) / Double(scale)).rounded(.toNearestOrEven) + Double(engineZeroPoint)
        return Int32(min(max(exact, 0), 255))
    }

    /// The real number an engine u8 stands for.
    public func real(_ stored: UInt8) -> Float {
        Float(Int32(stored) - engineZeroPoint) * scale
    }
}
