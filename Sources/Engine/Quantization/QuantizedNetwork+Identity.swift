import NetworkGraph

// The canonical bytes of a network, for a content hash. Everything that decides a result is in them, in one order and
// one spelling; names are not. All integers are little-endian, counts and indices u64, floats their IEEE-754 bits:
//
//   "edgeprof int8 network 1\n"
//   inputs, outputs        each a list of value indices
//   values                 count, then each: extents (a list), scale f32, zero point i32, storage u8 (0 u8, 1 s8)
//   nodes                  count, then each: opcode u8, inputs, outputs (lists), the operator's fields
//
//   a list is its count, then its elements. Operators' fields by opcode:
//    1 convolution         window, groups, activation, weights i8…, weight scales f32…, bias i32… (lists)
//    2 fully connected     activation, weights, weight scales, bias
//    3 add                 activation              4 channel affine   activation, multipliers f32…, offsets f32…
//    5 activation          activation              6 max pool         window
//    7 average pool        window, u8 (1 when padding counts)         8 global average pool   (none)
//    9 concatenate         (none)                 10 split            a list of sizes
//   11 channel shuffle     groups                 12 flatten          (none)
//   window: kernel height, width; stride height, width; pad top, left, bottom, right; dilation height, width (u64);
//           ceil mode u8. activation: u8 0 none | 1 ReLU | 2 clip, then lower f32, upper f32.

extension QuantizedNetwork {
    /// Streams the network's canonical bytes, from which a content hash is made.
    ///
    /// Equal networks give equal bytes on every machine and different ones different bytes; names do not count.
    ///
    /// - Parameter body: Called with consecutive pieces; each is valid during its call only.
    public func withCanonicalBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withoutActuallyEscaping(body) { writeCanonicalBytes(CanonicalWriter(body: $0)) }
    }

    private func writeCanonicalBytes(_ writer: consuming CanonicalWriter) {
        writer.write(bytes: "edgeprof int8 network 1\n".utf8)
        writer.write(list: inputs.map(\.index))
        writer.write(list: outputs.map(\.index))
        writer.write(values.count)
        for value in values {
            writer.write(list: value.shape.dimensions)
            writer.write(value.quantization.scale)
            writer.write(value.quantization.zeroPoint)
            writer.write(value.quantization.storage == .signed8)
        }
        writer.write(nodes.count)
        for node in nodes {
            writer.write(node.operation.canonicalCode)
            writer.write(list: node.inputs.map(\.index))
            writer.write(list: node.outputs.map(\.index))
            writer.write(node.operation)
        }
        writer.flush()
    }
}

extension QuantizedOperation {
    fileprivate var canonicalCode: UInt8 {
        switch self {
        case .convolution: 1
        case .fullyConnected: 2
        case .add: 3
        case .channelAffine: 4
        case .activation: 5
        case .maxPool: 6
        case .averagePool: 7
        case .globalAveragePool: 8
        case .concatenate: 9
        case .split: 10
        case .channelShuffle: 11
        case .flatten: 12
        default: 0
        }
    }
}

/// Gathers small fields and hands them on in pieces; weights go straight through.
private struct CanonicalWriter {
    let body: (UnsafeRawBufferPointer) -> Void
    var pending: [UInt8] = []

    mutating func flush() {
        pending.withUnsafeBytes { if !$0.isEmpty { body($0) } }
        pending.removeAll(keepingCapacity: true)
    }

    mutating func write(bytes: some Sequence<UInt8>) { pending.append(contentsOf: bytes) }
    mutating func write(_ number: UInt8) { pending.append(number) }
    mutating func write(_ flag: Bool) { pending.append(flag ? 1 : 0) }
    mutating func write(_ number: Int) {
        withUnsafeBytes(of: UInt64(truncatingIfNeeded: number).littleEndian) { pending.append(contentsOf: $0) }
    }
    mutating func write(_ number: Int32) {
        withUnsafeBytes(of: number.littleEndian) { pending.append(contentsOf: $0) }
    }
    mutating func write(_ number: Float) {
        withUnsafeBytes(of: number.bitPattern.littleEndian) { pending.append(contentsOf: $0) }
    }

    mutating func write(list: [Int]) {
        write(list.count)
        for number in list { write(number) }
    }

    mutating func write(list: [Float]) {
        write(list.count)
        for number in list { write(number) }
    }

    mutating func write(weights: [Int8], scales: [Float], bias: [Int32]) {
        write(weights.count)
        flush()
        weights.withUnsafeBytes { if !$0.isEmpty { body($0) } }
        write(list: scales)
        write(bias.count)
        for number in bias { write(number) }
    }

    mutating func write(_ window: Window) {
        let numbers = [
            window.kernelHeight, window.kernelWidth, window.strideHeight, window.strideWidth, window.padTop,
            window.padLeft, window.padBottom, window.padRight, window.dilationHeight, window.dilationWidth,
        ]
        for number in numbers { write(number) }
        write(window.ceilMode)
    }

    mutating func write(_ activation: Activation?) {
        switch activation {
        case nil: write(0 as UInt8)
        case .relu: write(1 as UInt8)
        case .clip(let lower, let upper):
            write(2 as UInt8)
            write(lower)
            write(upper)
        }
    }

    mutating func write(_ operation: QuantizedOperation) {
        switch operation {
        case .convolution(let convolution):
            write(convolution.window)
            write(convolution.groups)
            write(convolution.activation)
            write(weights: convolution.weights, scales: convolution.weightScales, bias: convolution.bias)
        case .fullyConnected(let layer):
            write(layer.activation)
            write(weights: layer.weights, scales: layer.weightScales, bias: layer.bias)
        case .add(let activation): write(activation)
        case .activation(let activation): write(activation)
        case .channelAffine(let multipliers, let offsets, let activation):
            write(activation)
            write(list: multipliers)
            write(list: offsets)
        case .maxPool(let window): write(window)
        case .averagePool(let window, let countIncludesPadding):
            write(window)
            write(countIncludesPadding)
        case .split(let sizes): write(list: sizes)
        case .channelShuffle(let groups): write(groups)
        default: break
        }
    }
}
