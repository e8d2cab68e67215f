/// The two input positions one output position of a linear scaling lies between.
public struct LinearTap: Hashable, Sendable {
    /// The lower neighbour and the higher one, the same where there is none.
    public var low, high: Int
    /// Weight of the higher one, 0..<1; the lower one's is 1 less this, in Float.
    public var fraction: Float
}

extension Resize {
    /// The neighbours of every output position along one axis, coordinates clamped to the input.
    ///
    /// - Parameters:
    ///   - input: The input's extent, at least 1.
    ///   - output: The output's.
    ///   - scale: The file's factor for this axis.
    ///   - coordinates: How coordinates map.
    /// - Returns: One for each output position.
    public static func linearTaps(
        input: Int,
        output: Int,
        scale: Float,
        _ coordinates: Coordinates
    ) -> [LinearTap] {
        (0..<output).map { position in
            let exact = coordinate(of: position, scale: scale, input: input, output: output, coordinates)
            let last = Float(input - 1)
            // Written so that a NaN, which an absurd scale makes, is 0.
            let clamped = exact > 0 ? min(exact, last) : 0
            let low = min(Int(clamped), input - 1)
            return LinearTap(low: low, high: min(low + 1, input - 1), fraction: min(max(clamped - Float(low), 0), 1))
        }
    }
}
