import NetworkGraph

extension SplitMix {
    /// A shape of so many axes, some of extent 1.
    mutating func shape(rank: Int, largest: Int = 9) -> TensorShape {
        TensorShape((0..<rank).map { _ in bool() ? Int.random(in: 1...largest, using: &self) : pick([1, 2, 3, 4]) })
    }

    mutating func bool() -> Bool { Bool.random(using: &self) }

    /// One of some.
    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// A slice with steps of either sign.
    mutating func slice(of shape: TensorShape) -> Slice {
        var slice = Slice(starts: [], steps: [], counts: [])
        for extent in shape.dimensions {
            let step = min(pick([1, 1, 1, 2, 3]), extent)
            let count = Int.random(in: 1...((extent - 1) / step + 1), using: &self)
            let start = Int.random(in: 0...(extent - 1 - (count - 1) * step), using: &self)
            let isBackward = pick([false, false, true])
            slice.counts.append(count)
            slice.starts.append(isBackward ? start + (count - 1) * step : start)
            slice.steps.append(isBackward ? -step : step)
        }
        return slice
    }

    /// A padding of some axes.
    mutating func padding(around shape: TensorShape) -> Padding {
        let mode = pick([Padding.Mode.constant(0), .constant(0.7), .constant(-.infinity), .edge, .reflect])
        var pads: [Int] { [0, 0, 1, 2, 5] }
        func limited(_ pad: Int, _ extent: Int) -> Int { mode == .reflect ? min(pad, extent - 1) : pad }
        return Padding(
            before: shape.dimensions.map { limited(pick(pads), $0) },
            after: shape.dimensions.map { limited(pick(pads), $0) },
            mode: mode
        )
    }

    /// A nearest scaling of an image, with extents that a file's scales give.
    mutating func nearestResize(of shape: TensorShape) -> Resize {
        let scales = [0.3, 0.5, 1, 1.7, 2, 2, 3].map { Float($0) }
        let (vertical, horizontal) = (pick(scales), pick(scales))
        return Resize(
            height: max(Int(Float(shape.height) * vertical), 1),
            width: max(Int(Float(shape.width) * horizontal), 1),
            scaleHeight: vertical,
            scaleWidth: horizontal,
            mode: .nearest(pick([.roundPreferFloor, .roundPreferCeil, .floor, .ceil])),
            coordinates: pick([.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric])
        )
    }

    /// Another shape of as many elements: factors dealt out to axes anew.
    mutating func reshape(of shape: TensorShape) -> TensorShape {
        var result = [Int](repeating: 1, count: Int.random(in: 1...6, using: &self))
        var factors: [Int] = []
        for extent in shape.dimensions {
            var rest = extent
            var factor = 2
            while rest > 1 {
                while rest % factor == 0 {
                    factors.append(factor)
                    rest /= factor
                }
                factor += 1
            }
        }
        // In order the shapes share their factors, shuffled they often do not.
        if bool() {
            var axis = 0
            for factor in factors {
                result[axis] *= factor
                if axis < result.count - 1, bool() { axis += 1 }
            }
        } else {
            for factor in factors { result[Int.random(in: 0..<result.count, using: &self)] *= factor }
        }
        return TensorShape(result)
    }
}
