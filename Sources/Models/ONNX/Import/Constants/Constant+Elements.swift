import NetworkGraph
import ONNXFormat

extension Constant {
    /// Copies the raw elements, in row-major order of the view, into a buffer of exactly their size.
    func copyRaw(into target: UnsafeMutableRawBufferPointer) {
        let size = tensor.elementType.byteCount
        guard elementCount > 0, let base = target.baseAddress else { return }
        precondition(target.count == elementCount * size, "buffer of the wrong size")
        let (extents, steps) = collapsed()
        if extents.count == 1, steps == [1] {
            // In pieces, so that a large tensor is never in memory twice.
            for start in stride(from: 0, to: target.count, by: 4 << 20) {
                let count = min(4 << 20, target.count - start)
                tensor.withBytes((offset * size + start)..<(offset * size + start + count)) { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: target[start..<(start + count)]).copyMemory(from: bytes)
                }
            }
            return
        }
        // Only the part that is looked at: a row of a tensor that is made on demand is made alone.
        var lowest = offset
        var highest = offset
        for (extent, step) in zip(extents, steps) {
            if step < 0 { lowest += (extent - 1) * step } else { highest += (extent - 1) * step }
        }
        tensor.withBytes((lowest * size)..<((highest + 1) * size)) { bytes in
            guard let source = bytes.baseAddress else { return }
            copyElements(
                extents: extents[...],
                steps: steps[...],
                from: source + (offset - lowest) * size,
                to: base,
                size: size
            )
        }
    }

    /// All elements as real numbers.
    func floats() throws(ONNXError) -> [Float] {
        let bytes = [UInt8](unsafeUninitializedCapacity: elementCount * tensor.elementType.byteCount) { buffer, count in
            copyRaw(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
            count = byteCount
        }
        let dense = ONNXTensor(
            name: tensor.name,
            elementType: tensor.elementType,
            dimensions: dimensions,
            bytes: bytes
        )
        var result = try dense.floats()
        dequantization?.apply(to: &result, dimensions)
        return result
    }

    /// All elements of an integer constant.
    func int64s() throws(ONNXError) -> [Int64] {
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            copyRaw(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
            count = byteCount
        }
        return try ONNXTensor(
            name: tensor.name,
            elementType: tensor.elementType,
            dimensions: dimensions,
            bytes: bytes
        ).int64s()
    }

    /// The stored elements side by side, whatever they stand for.
    func dense() -> Constant {
        guard !isDense else { return self }
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
            copyRaw(into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<byteCount]))
            count = byteCount
        }
        var result = Constant(
            ONNXTensor(name: tensor.name, elementType: tensor.elementType, dimensions: dimensions, bytes: bytes)
        )
        result.dequantization = dequantization
        return result
    }

    /// The constant as a parameter whose rows are read when they are asked for, times a factor.
    ///
    /// - Precondition: It stands for real numbers and has at least one axis.
    func parameter(factor: Float = 1) -> Parameter {
        Parameter(shape: TensorShape(dimensions)) { [self] index, buffer in
            row(index).readReals(into: buffer)
            guard factor != 1 else { return }
            for element in buffer.indices { buffer[element] *= factor }
        }
    }

    var byteCount: Int { elementCount * tensor.elementType.byteCount }

    private func readReals(into buffer: UnsafeMutableBufferPointer<Float>) {
        let count = elementCount
        let target = UnsafeMutableBufferPointer(rebasing: buffer[..<count])
        if tensor.elementType == .float32, dequantization == nil {
            return copyRaw(into: UnsafeMutableRawBufferPointer(target))
        }
        // A row of a tensor that is numeric: the conversion cannot fail, and a changed file is noticed at the end.
        let reals = (try? floats()) ?? [Float](repeating: 0, count: count)
        _ = target.update(from: reals)
    }

    /// Extents and steps with neighbouring axes joined where they lie side by side.
    private func collapsed() -> (extents: [Int], steps: [Int]) {
        var extents: [Int] = []
        var steps: [Int] = []
        for (extent, step) in zip(dimensions, strides) where extent != 1 {
            if let last = steps.last, last == extent * step {
                extents[extents.count - 1] *= extent
                steps[steps.count - 1] = step
            } else {
                extents.append(extent)
                steps.append(step)
            }
        }
        return extents.isEmpty ? ([1], [1]) : (extents, steps)
    }
}

extension Constant.Dequantization {
    /// (stored − zero point) · scale, as DequantizeLinear computes it.
    func apply(to elements: inout [Float], _ dimensions: [Int]) {
        guard let axis else {
            let zero = Float(zeroPoints[0])
            for index in elements.indices { elements[index] = (elements[index] - zero) * scales[0] }
            return
        }
        let inner = dimensions[(axis + 1)...].reduce(1, *)
        for index in elements.indices {
            let channel = index / inner % dimensions[axis]
            elements[index] = (elements[index] - Float(zeroPoints[channel])) * scales[channel]
        }
    }
}

/// Copies a strided block to dense memory; each call handles one axis and leaves the others to itself.
private func copyElements(
    extents: ArraySlice<Int>,
    steps: ArraySlice<Int>,
    from source: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer,
    size: Int
) {
    guard let extent = extents.first, let step = steps.first else { return }
    if extents.count == 1 {
        if step == 1 { return target.copyMemory(from: source, byteCount: extent * size) }
        return copyStrided(extent, step * size, from: source, to: target, size: size)
    }
    if extents.count == 2, step == 1, size == 1, let inner = extents.last, let innerStep = steps.last {
        return transposeBytes(rows: extent, columns: inner, step: innerStep, from: source, to: target)
    }
    let inner = extents.dropFirst().reduce(1, *) * size
    for index in 0..<extent {
        copyElements(
            extents: extents.dropFirst(),
            steps: steps.dropFirst(),
            from: source + index * step * size,
            to: target + index * inner,
            size: size
        )
    }
}

private func copyStrided(
    _ count: Int,
    _ step: Int,
    from source: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer,
    size: Int
) {
    switch size {
    case 1:
        for index in 0..<count {
            target.storeBytes(
                of: source.load(fromByteOffset: index * step, as: UInt8.self),
                toByteOffset: index,
                as: UInt8.self
            )
        }
    case 4:
        for index in 0..<count {
            let element = source.loadUnaligned(fromByteOffset: index * step, as: UInt32.self)
            target.storeBytes(of: element, toByteOffset: index * 4, as: UInt32.self)
        }
    default:
        for index in 0..<count { (target + index * size).copyMemory(from: source + index * step, byteCount: size) }
    }
}

/// Transposes a matrix of bytes in blocks of 64x64 by way of a buffer: memory is read and written a cache line at a time,
/// and lines that lie a power of two apart do not push each other out before they are used up.
private func transposeBytes(
    rows: Int,
    columns: Int,
    step: Int,
    from source: UnsafeRawPointer,
    to target: UnsafeMutableRawPointer
) {
    let block = 64
    withUnsafeTemporaryAllocation(byteCount: block * block, alignment: 64) { buffer in
        guard let lines = buffer.baseAddress else { return }
        for row in stride(from: 0, to: rows, by: block) {
            let height = min(block, rows - row)
            for column in stride(from: 0, to: columns, by: block) {
                let width = min(block, columns - column)
                for index in 0..<width {
                    (lines + index * block).copyMemory(from: source + (column + index) * step + row, byteCount: height)
                }
                for index in 0..<height {
                    let line = target + (row + index) * columns + column
                    for place in 0..<width {
                        let byte = lines.load(fromByteOffset: place * block + index, as: UInt8.self)
                        line.storeBytes(of: byte, toByteOffset: place, as: UInt8.self)
                    }
                }
            }
        }
    }
}
