// Pillow's `Image.resize(…, BILINEAR)`, bit for bit: a triangle filter that widens with the reduction (antialiasing),
// columns first, then rows, each pass rounded to 8 bits. Source: Pillow's src/libImaging/Resample.c.

extension RGBImage {
    /// The image at another size.
    ///
    /// - Parameters:
    ///   - newWidth: Columns, at least 1.
    ///   - newHeight: Rows, at least 1.
    /// - Returns: The resized image.
    public func resized(width newWidth: Int, height newHeight: Int) -> RGBImage {
        precondition(newWidth > 0 && newHeight > 0, "an image has at least one pixel")
        var image = self
        if newWidth != width {
            let filter = ResamplingFilter(from: width, to: newWidth)
            let rows = height
            let oldWidth = width
            let samples = [UInt8](unsafeUninitializedCapacity: rows * newWidth * 3) { target, initialized in
                self.samples.withUnsafeBufferPointer { source in
                    for row in 0..<rows {
                        for column in 0..<newWidth {
                            let first = (row * oldWidth + filter.starts[column]) * 3
                            for sample in 0..<3 {
                                target[(row * newWidth + column) * 3 + sample] =
                                    filter.apply(column, source, first: first + sample, step: 3)
                            }
                        }
                    }
                }
                initialized = rows * newWidth * 3
            }
            image = RGBImage(width: newWidth, height: rows, samples: samples)
        }
        guard newHeight != height else { return image }
        let filter = ResamplingFilter(from: height, to: newHeight)
        let stride = newWidth * 3
        let samples = [UInt8](unsafeUninitializedCapacity: newHeight * stride) { target, initialized in
            image.samples.withUnsafeBufferPointer { source in
                for row in 0..<newHeight {
                    for sample in 0..<stride {
                        target[row * stride + sample] =
                            filter.apply(row, source, first: filter.starts[row] * stride + sample, step: stride)
                    }
                }
            }
            initialized = newHeight * stride
        }
        return RGBImage(width: newWidth, height: newHeight, samples: samples)
    }
}

/// Which samples of one axis make each new one, with what weights.
private struct ResamplingFilter {
    /// Fraction bits of a weight: 255 · 2^22 leaves room for the sign.
    private static let precision = 22

    /// First old position of each new one.
    var starts: [Int] = []
    /// Old positions of each new one.
    private var counts: [Int] = []
    /// Weights, `taps` for each new position.
    private var weights: [Int32] = []
    private let taps: Int

    init(from old: Int, to new: Int) {
        let scale = Double(old) / Double(new)
        let filterScale = max(scale, 1)
        let support = filterScale
        taps = Int(support.rounded(.up)) * 2 + 1
        for position in 0..<new {
            let centre = (Double(position) + 0.5) * scale
            let start = max(0, Int(centre - support + 0.5))
            let end = min(old, Int(centre + support + 0.5))
            var exact = (start..<end).map { 1 - min(1, abs((Double($0) - centre + 0.5) / filterScale)) }
            let sum = exact.reduce(0, +)
            if sum != 0 { exact = exact.map { $0 / sum } }
            starts.append(start)
            counts.append(end - start)
            weights += exact.map { Int32(0.5 + $0 * Double(1 << Self.precision)) }
            weights += [Int32](repeating: 0, count: taps - exact.count)
        }
    }

    @inline(__always)
    func apply(_ position: Int, _ source: UnsafeBufferPointer<UInt8>, first: Int, step: Int) -> UInt8 {
        var sum: Int32 = 1 << (Self.precision - 1)
        var at = first
        weights.withUnsafeBufferPointer { weights in
            for tap in 0..<counts[position] {
                sum &+= Int32(source[at]) &* weights[position &* taps &+ tap]
                at &+= step
            }
        }
        return UInt8(clamping: sum >> Self.precision)
    }
}
