extension Resize.Nearest {
    /// The element of an input axis that stands for a coordinate.
    ///
    /// - Parameters:
    ///   - coordinate: What `Resize.coordinate(of:scale:input:output:_:)` gave; a finite number.
    ///   - extent: Elements along the axis, at least 1.
    /// - Returns: A position in `0..<extent`.
    public func element(at coordinate: Float, of extent: Int) -> Int {
        let lower = coordinate.rounded(.down)
        let fraction = coordinate - lower
        let isUpper =
            switch self {
            case .roundPreferFloor: fraction > 0.5
            case .roundPreferCeil: fraction >= 0.5
            case .floor: false
            case .ceil: fraction > 0
            }
        let last = Float(extent - 1)
        // Clamped as Float first: a tiny scale makes coordinates beyond Int.
        return min(Int(min(max(isUpper ? lower + 1 : lower, 0), last)), extent - 1)
    }
}
