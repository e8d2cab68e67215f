import NetworkGraph
import Testing

@testable import Quantization

struct IdentityTests {
    private func bytes(_ network: QuantizedNetwork) -> [UInt8] {
        var result: [UInt8] = []
        network.withCanonicalBytes { result.append(contentsOf: $0) }
        return result
    }

    private func network() throws -> QuantizedNetwork {
        var builder = GraphBuilder(name: "a")
        let x = try builder.addInput("x", shape: TensorShape(channels: 1, height: 2, width: 2))
        let weights = Parameter(shape: TensorShape([1, 1, 1, 1]), elements: [0.5])
        let y = try builder.add(
            .convolution(Convolution(window: Window(kernel: 1), weights: weights)),
            name: "conv",
            inputs: [x]
        )
        let graph = try builder.build(outputs: [y])
        return try quantize(graph: graph, activationRanges: [0...1, -1...1])
    }

    @Test func bytesAreTheDocumentedOnes() throws {
        let bytes = try bytes(network())
        let header = Array("edgeprof int8 network 1\n".utf8)
        #expect(Array(bytes.prefix(24)) == header)
        // One input (value 0), one output (value 1), two values.
        func u64(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[24 + 8 * index + $1]) << (8 * UInt64($1)) }
        }
        #expect((0..<10).map(u64) == [1, 0, 1, 1, 2, 4, 1, 1, 2, 2])
        // 24 + lists (32) + count (8) + two values (40 + 9 each) + nodes.
        let node = 8 + 1 + 16 + 16 + (10 * 8 + 1) + 8 + 1 + (8 + 1) + (8 + 4) + (8 + 4)
        #expect(bytes.count == 24 + 32 + 8 + 2 * 49 + node)
    }

    @Test func namesDoNotCount() throws {
        var renamed = try network()
        renamed.name = "b"
        renamed.values[0].name = "other"
        renamed.nodes[0].name = "other"
        #expect(try bytes(renamed) == bytes(network()))
    }

    @Test func contentCounts() throws {
        let original = try network()
        var changes: [QuantizedNetwork] = []
        func change(_ edit: (inout QuantizedNetwork) -> Void) {
            var changed = original
            edit(&changed)
            changes.append(changed)
        }
        func edit(_ edit: (inout QuantizedConvolution) -> Void) {
            change {
                guard case .convolution(var layer) = $0.nodes[0].operation else { return }
                edit(&layer)
                $0.nodes[0].operation = .convolution(layer)
            }
        }
        change { $0.values[0].quantization.scale *= 2 }
        change { $0.values[0].quantization.zeroPoint += 1 }
        change { $0.values[0].quantization.storage = .signed8 }
        change { $0.values[1].shape.dimensions[2] += 1 }
        change { $0.outputs = [ValueID(0)] }
        edit { $0.weights[0] -= 1 }
        edit { $0.bias[0] += 1 }
        edit { $0.weightScales[0] *= 2 }
        edit { $0.activation = .relu }
        edit { $0.activation = .clip(lower: 0, upper: 6) }
        edit { $0.activation = .clip(lower: 0, upper: 5) }
        edit { $0.window.padTop = 1 }
        edit { $0.window.ceilMode = true }
        edit { $0.groups = 2 }
        let all = [original] + changes
        #expect(Set(all.map(bytes)).count == all.count)
    }
}
