extension Quantiles {
    /// The quantile of a buffer by linear interpolation, as of a sorted one, in expected linear time.
    ///
    /// - Parameters:
    ///   - buffer: The sample; its order is changed. Not empty and free of NaN.
    ///   - probability: Which quantile, 0 to 1.
    /// - Returns: The quantile.
    /// - Complexity: O(n) expected.
    public static func select(_ buffer: UnsafeMutableBufferPointer<Double>, _ probability: Double) -> Double {
        precondition(!buffer.isEmpty, "a quantile needs a sample")
        let position = Double(buffer.count - 1) * min(1, max(0, probability))
        let lower = Int(position)
        let fraction = position - Double(lower)
        place(lower, in: buffer)
        guard fraction > 0, lower + 1 < buffer.count else { return buffer[lower] }
        // What follows the placed element is no smaller, so its least element is the next in order.
        var next = buffer[lower + 1]
        for index in (lower + 2)..<max(buffer.count, lower + 2) where buffer[index] < next { next = buffer[index] }
        return buffer[lower] == next ? next : buffer[lower] + fraction * (next - buffer[lower])
    }

    /// Several quantiles of one buffer, each by linear interpolation, faster than one by one.
    ///
    /// - Parameters:
    ///   - buffer: The sample; its order is changed. Not empty and free of NaN.
    ///   - probabilities: Which quantiles, ascending, 0 to 1.
    /// - Returns: The quantiles, in that order.
    public static func selectAll(
        _ buffer: UnsafeMutableBufferPointer<Double>,
        ascending probabilities: [Double]
    ) -> [Double] {
        precondition(!buffer.isEmpty, "a quantile needs a sample")
        var low = 0
        return probabilities.map { probability in
            let position = Double(buffer.count - 1) * min(1, max(0, probability))
            let lower = Int(position)
            let fraction = position - Double(lower)
            // What came before is in its place, and all that follows is no smaller.
            place(lower, in: buffer, from: min(low, lower))
            low = lower
            guard fraction > 0, lower + 1 < buffer.count else { return buffer[lower] }
            place(lower + 1, in: buffer, from: lower + 1)
            low = lower + 1
            let next = buffer[lower + 1]
            return buffer[lower] == next ? next : buffer[lower] + fraction * (next - buffer[lower])
        }
    }

    /// Hoare's selection: puts the element of the given rank in its place, none larger before it, none smaller after.
    ///
    /// What lies before `first` must be no larger than what lies from there on.
    private static func place(_ rank: Int, in buffer: UnsafeMutableBufferPointer<Double>, from first: Int = 0) {
        var low = first
        var high = buffer.count - 1
        while low < high {
            let pivot = median(buffer[low], buffer[(low + high) / 2], buffer[high])
            var left = low
            var right = high
            while left <= right {
                while buffer[left] < pivot { left += 1 }
                while pivot < buffer[right] { right -= 1 }
                if left <= right {
                    buffer.swapAt(left, right)
                    left += 1
                    right -= 1
                }
            }
            if rank <= right {
                high = right
            } else if rank >= left {
                low = left
            } else {
                return
            }
        }
    }

    private static func median(_ a: Double, _ b: Double, _ c: Double) -> Double { max(min(a, b), min(max(a, b), c)) }
}
