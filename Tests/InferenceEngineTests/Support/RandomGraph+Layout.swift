import NetworkGraph

extension RandomGraph {
    /// Takes an image through values of other ranks, and back to an image where the elements come out even.
    mutating func addRearrangements() throws {
        let image = pick()
        let batch = builder.shape(of: image).batch
        var value = image
        func append(_ operation: Operation, _ inputs: [ValueID]) throws -> ValueID {
            count += 1
            return try builder.add(operation, name: "node\(count)", inputs: inputs)
        }
        if random.bool() { value = try append(.reshape(random.reshape(of: builder.shape(of: value))), [value]) }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let shape = builder.shape(of: value)
            switch Int.random(in: 0..<9, using: &random) {
            case 0: value = try append(.transpose(permutation: (0..<shape.rank).shuffled(using: &random)), [value])
            case 1: value = try append(.slice(random.slice(of: shape)), [value])
            case 2 where shape.elementCount < 2000: value = try append(.pad(random.padding(around: shape)), [value])
            case 3: value = try append(.activation(.relu), [value])
            case 4: value = try append(.reshape(random.reshape(of: shape)), [value])
            case 5 where shape.rank == 4 && shape.elementCount < 3000:
                value = try append(.resize(random.nearestResize(of: shape)), [value])
            case 6 where shape.rank > 1: value = try append(random.normalization(channels: shape.channels), [value])
            case 7 where shape.rank > 1 && shape.elementCount < 4000:
                value = try append(.concatenate, [value, value])
            case 8 where shape.rank > 1:
                // Half of the channels, which is a view, or all of them in a shape that differs by name only.
                let kept = max(shape.channels / 2, 1)
                var slice = Slice(
                    starts: shape.dimensions.map { _ in 0 },
                    steps: shape.dimensions.map { _ in 1 },
                    counts: shape.dimensions
                )
                slice.starts[1] = Int.random(in: 0...(shape.channels - kept), using: &random)
                slice.counts[1] = kept
                value = try append(.slice(slice), [value])
            default:
                let rest = shape.elementCount / shape.batch / shape.channels
                guard shape.rank > 1 else { continue }
                value = try append(.reshape(TensorShape([shape.batch, shape.channels, rest])), [value])
            }
        }
        guard value != image else { return }
        others.append(value)
        // Back to an image that the other operators can go on with.
        let elements = builder.shape(of: value).elementCount
        let height = [7, 6, 5, 4, 3, 2].first { elements % (batch * $0) == 0 } ?? 1
        let channels = elements / batch / height
        guard elements % (batch * height) == 0 else { return }
        let width = [9, 8, 7, 6, 5, 4, 3, 2].first { channels % $0 == 0 } ?? 1
        guard height > 1, width > 1, channels / width <= 90 else { return }
        let shape = TensorShape(batch: batch, channels: channels / width, height: height, width: width)
        images.append(try append(.reshape(shape), [value]))
    }
}
