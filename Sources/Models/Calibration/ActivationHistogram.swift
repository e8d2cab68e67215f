/// How often elements of each size were seen, in bounded memory.
///
/// 4,096 bins of one width cover −2048…2048 widths. The width is a power of two; an element outside doubles it as often as
/// needed, and neighbouring bins are joined, which is exact. Elements that are 0 are counted apart.
struct ActivationHistogram: Sendable {
    /// Bins on each side of 0.
    static let side = 2048

    /// Elements of bin i lie in (i − side)·width..<(i + 1 − side)·width; exact zeros are left out.
    private(set) var bins = [Int](repeating: 0, count: 2 * Self.side)
    /// Width of a bin; 0 while nothing but zeros was seen.
    private(set) var width: Float = 0
    /// Elements that are 0.
    private(set) var zeros = 0
    /// The least element seen.
    private(set) var least = Float.infinity
    /// The largest element seen.
    private(set) var largest = -Float.infinity

    /// Elements seen.
    var count: Int { bins.reduce(zeros, +) }

    /// The least and largest element; 0 where nothing was seen.
    var extremes: ClosedRange<Float> { least <= largest ? least...largest : 0...0 }

    /// Counts elements.
    ///
    /// - Parameters:
    ///   - elements: What a value holds.
    ///   - needsBins: Whether bins are needed, or the extremes alone.
    /// - Returns: False, counting nothing, when an element is NaN or infinite.
    mutating func add(_ elements: UnsafeMutableBufferPointer<Float>, bins needsBins: Bool) -> Bool {
        guard let (low, high) = finiteExtremes(elements) else { return false }
        least = min(least, low)
        largest = max(largest, high)
        guard needsBins else { return true }
        widen(to: max(abs(low), abs(high)))
        guard width > 0 else {
            zeros += elements.count
            return true
        }
        let inverse = 1 / width
        var zeros = 0
        bins.withUnsafeMutableBufferPointer { bins in
            for element in elements {
                if element == 0 {
                    zeros &+= 1
                } else {
                    let bin = Int((element * inverse).rounded(.down)) + Self.side
                    bins[min(max(bin, 0), 2 * Self.side - 1)] &+= 1
                }
            }
        }
        self.zeros += zeros
        return true
    }

    private mutating func widen(to magnitude: Float) {
        // Below this, widths and their inverses leave Float's range; such elements are 0 for every purpose.
        guard magnitude > 0x1p-100 else { return }
        if width == 0 {
            width = (magnitude / Float(Self.side)).binade
            if !(width.isNormal) { width = .leastNormalMagnitude }
        }
        while magnitude >= width * Float(Self.side) {
            var joined = [Int](repeating: 0, count: bins.count)
            for (index, count) in bins.enumerated() { joined[(index - Self.side) >> 1 + Self.side] += count }
            bins = joined
            width *= 2
        }
    }
}

/// The least and largest element, nil when one is NaN or infinite.
private func finiteExtremes(_ elements: UnsafeMutableBufferPointer<Float>) -> (Float, Float)? {
    guard let base = elements.baseAddress, elements.count > 0 else { return (0, 0) }
    var (low, high, poison) = (base[0], base[0], Float(0))
    var index = 0
    if elements.count >= 8 {
        var lows = SIMD8<Float>(repeating: base[0])
        var highs = lows
        var poisons = SIMD8<Float>.zero
        while index + 8 <= elements.count {
            let vector = UnsafeRawPointer(base + index).loadUnaligned(as: SIMD8<Float>.self)
            lows.replace(with: vector, where: vector .< lows)
            highs.replace(with: vector, where: vector .> highs)
            poisons += vector * 0  // NaN from the first NaN or infinity on
            index += 8
        }
        (low, high, poison) = (lows.min(), highs.max(), poisons.sum())
    }
    while index < elements.count {
        low = min(low, base[index])
        high = max(high, base[index])
        poison += base[index] * 0
        index += 1
    }
    return poison == 0 ? (low, high) : nil
}
