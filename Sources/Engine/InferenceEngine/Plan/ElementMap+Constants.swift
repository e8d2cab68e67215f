import KernelInterface

// In the blob, a map is s64 words: base, fill value, then for each axis its count, strides in input and output, and
// the blob offset of its table, −1 for none. A table has an s32 for each element.

extension ElementMap {
    private static let headerWords = 2
    private static let axisWords = 4

    /// Bytes of a map with so many axes, tables apart.
    static func byteCount(axes: Int) -> Int { (headerWords + axes * axisWords) * MemoryLayout<Int64>.stride }

    /// Adds the map and its tables to a plan's constants; returns the map's offset.
    func append(to blob: inout BlobBuilder) -> Int {
        var words = [Int64(base), Int64(fill)]
        for axis in axes {
            var table = -1
            if let elements = axis.table { table = blob.append(elements) }
            words += [Int64(axis.count), Int64(axis.inputStride), Int64(axis.outputStride), Int64(table)]
        }
        return blob.append(words)
    }

    /// Reads a map of so many axes, all of whose bytes exist.
    init(_ blob: WeightsBlob, at offset: Int, axes count: Int) {
        let words = (blob.base + offset).assumingMemoryBound(to: Int64.self)
        axes = (0..<count).map { index in
            let axis = words + Self.headerWords + index * Self.axisWords
            return ElementAxis(count: Int(axis[0]), inputStride: Int(axis[1]), outputStride: Int(axis[2]))
        }
        base = Int(words[0])
        fill = UInt8(truncatingIfNeeded: words[1])
    }

    /// The blob offset of an axis's table, nil for none.
    static func table(_ blob: WeightsBlob, at offset: Int, axis: Int) -> Int? {
        let words = (blob.base + offset).assumingMemoryBound(to: Int64.self)
        let table = Int(words[headerWords + axis * axisWords + 3])
        return table < 0 ? nil : table
    }
}

extension StepValidation {
    /// A map that reads within the input and writes each element of the output exactly once.
    func validateRearrangement() throws(InferenceError) {
        try require(second == nil && (1...ElementMap.largestAxisCount).contains(step.groups), "axes are out of range")
        try requireConstants(step.weights, bytes: ElementMap.byteCount(axes: step.groups))
        let map = ElementMap(plan.blob, at: step.weights, axes: step.groups)
        let limit = Plan.Limits.elementCount
        try require((0...limit).contains(map.base), "reads outside of its input")
        var last = map.base
        for (index, axis) in map.axes.enumerated() {
            try require(
                (1...limit).contains(axis.count) && (0...limit).contains(axis.inputStride)
                    && (0...limit).contains(axis.outputStride),
                "an axis is out of range"
            )
            if let table = ElementMap.table(plan.blob, at: step.weights, axis: index) {
                try requireConstants(table, bytes: axis.count * MemoryLayout<Int32>.stride)
                let offsets = (plan.blob.base + table).assumingMemoryBound(to: Int32.self)
                var largest: Int32 = 0
                for element in 0..<axis.count { largest = max(largest, offsets[element]) }
                last += Int(largest)
            } else {
                last += (axis.count - 1) * axis.inputStride
            }
            // Twelve terms of at most 2^60 could overflow; each is checked as it comes.
            try require(last < input.extent, "reads outside of its input")
        }
        try requireEachElementOnce(map)
    }

    /// The axes, innermost first, count through the output's channels and then its pixels.
    private func requireEachElementOnce(_ map: ElementMap) throws(InferenceError) {
        var written = 1
        for axis in map.axes.reversed() where axis.count > 1 {
            let isWithinPixel = written < output.channels
            let stride =
                isWithinPixel || output.isContiguous ? written : written / output.channels * output.pixelStride
            let (count, overflow) = written.multipliedReportingOverflow(by: axis.count)
            try require(
                axis.outputStride == stride && !overflow && count <= output.elementCount
                    && (!isWithinPixel || count <= output.channels || output.isContiguous),
                "axes do not go through the output in order"
            )
            written = count
        }
        try require(written == output.elementCount, "axes do not go through the whole output")
    }
}
