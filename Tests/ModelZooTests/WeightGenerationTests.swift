import NetworkGraph
import Testing

@testable import ModelZoo

@Suite struct WeightGenerationTests {
    private func row(_ rows: WeightRows, _ index: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: rows.rowLength) { buffer, count in
            rows.fill(row: index, into: buffer)
            count = rows.rowLength
        }
    }

    @Test(arguments: [2, 3, 4, 5, 9, 16, 27, 147, 576, 4_608, 25_088], [false, true])
    func rowsKeepTheirContract(length: Int, isCentred: Bool) {
        let rows = WeightRows(source: CounterHash(key: 3), rowLength: length, energy: 2, isCentred: isCentred)
        for index in 0..<50 {
            let weights = row(rows, index)
            let largest = weights.reduce(0) { max($0, abs($1)) }
            let integers = weights.map { $0 / (largest / 127) }
            // Exact for int8: every weight is a whole number of steps.
            #expect(integers.allSatisfy { abs($0 - $0.rounded()) < 1e-3 })
            if isCentred { #expect(integers.reduce(0) { $0 + Int($1.rounded()) } == 0) }
            let amplitude = rows.amplitude(row: index)
            let squares = weights.reduce(0) { $0 + Double($1) * Double($1) }
            #expect(abs(squares / (2 * amplitude * amplitude) - 1) < 1e-5)
            #expect((0.75..<1.25).contains(amplitude))
        }
    }

    @Test func rowsAreSpreadAndUnlike() {
        let rows = WeightRows(source: CounterHash(key: 11), rowLength: 10_000, energy: 1, isCentred: true)
        let (first, second) = (row(rows, 0), row(rows, 1))
        let product = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product) < 0.05)
        // A triangle's kurtosis is 2.4.
        let fourth = first.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        let second2 = first.reduce(0) { $0 + $1 * $1 }
        #expect(abs(fourth * 10_000 / (second2 * second2) - 2.4) < 0.1)
    }

    /// The network's generated numbers, folded to one (FNV-1a over their bits): every row of small tensors, some of
    /// large ones.
    private func fingerprint(_ name: String, seed: UInt64 = 0) throws -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ parameter: Parameter?) {
            guard let parameter else { return }
            var row = [Float](repeating: 0, count: parameter.rowLength)
            let step = max(1, parameter.rowCount / 64)
            for index in stride(from: 0, to: parameter.rowCount, by: step) {
                row.withUnsafeMutableBufferPointer { parameter.readRow(index, into: $0) }
                for element in row { hash = (hash ^ UInt64(element.bitPattern)) &* 0x100_0000_01B3 }
            }
        }
        let network = try ModelZoo.build(name: name, seed: seed)
        for node in network.graph.nodes {
            switch node.operation {
            case .convolution(let layer):
                mix(layer.weights)
                mix(layer.bias)
            case .fullyConnected(let layer):
                mix(layer.weights)
                mix(layer.bias)
            case .batchNormalization(let layer):
                for vector in [layer.scale, layer.shift, layer.mean, layer.variance] { mix(vector) }
            default: break
            }
        }
        for range in network.activationRanges {
            hash = (hash ^ UInt64(range.lowerBound.bitPattern)) &* 0x100_0000_01B3
            hash = (hash ^ UInt64(range.upperBound.bitPattern)) &* 0x100_0000_01B3
        }
        return hash
    }

    /// Pinned: a change here changes every zoo model's SHA-256 and makes old runs incomparable.
    @Test(arguments: [
        ("vgg16", 0x04E0_623C_C21D_8829 as UInt64), ("resnet50", 0xB9EC_9879_876A_266F),
        ("densenet121", 0xFB2B_28E8_BEB0_7F2D), ("shufflenet_v2_x1_0", 0xC05D_69C5_30E0_267C),
        ("mobilenet_v2", 0xB804_6EC4_9BB6_780C), ("squeezenet1_1", 0xF860_EDDE_B477_3862),
    ]) func generatedNumbersNeverChange(name: String, expected: UInt64) throws {
        #expect(try fingerprint(name) == expected)
    }

    @Test func seedsGiveOtherWeights() throws {
        let fingerprints = Set(try (0..<4).map { try fingerprint("squeezenet1_1", seed: $0) })
        #expect(fingerprints.count == 4)
    }

    @Test func rowsCanBeReadInAnyOrder() throws {
        let graph = try ModelZoo.build(name: "vgg16").graph
        guard case .fullyConnected(let layer)? = graph.nodes.first(where: { $0.name == "classifier.0" })?.operation
        else {
            Issue.record("vgg16 has no classifier")
            return
        }
        #expect(layer.weights.shape == TensorShape([4_096, 25_088]))
        var rows = [[Float]](repeating: [Float](repeating: 0, count: 25_088), count: 3)
        for (slot, index) in [4_095, 0, 4_095].enumerated() {
            rows[slot].withUnsafeMutableBufferPointer { layer.weights.readRow(index, into: $0) }
        }
        #expect(rows[0] == rows[2])
        #expect(rows[0] != rows[1])
    }
}
