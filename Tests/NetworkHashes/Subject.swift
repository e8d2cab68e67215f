import ModelZoo
import NetworkGraph
import Quantization

/// A network that is hashed.
struct Subject: Sendable {
    /// What stands in the table: a zoo name and an image size, or a seed.
    var name: String
    /// Whether nothing was done so that it says much.
    var isRandom: Bool { name.hasPrefix("random") }
    /// Makes the network; the same on every machine.
    var network: @Sendable () throws -> QuantizedNetwork

    /// One of each zoo family, three heads, and random networks for the operators no zoo network has.
    static let all: [Subject] =
        [
            zoo("vgg11", 32), zoo("resnet18", 64), zoo("resnet50", 64), zoo("densenet121", 64),
            zoo("shufflenet_v2_x0_5", 224), zoo("shufflenet_v2_x1_0", 96), zoo("mobilenet_v2", 96),
            zoo("squeezenet1_1", 96),
            zoo("shufflenet_v2_x1_0+ssdlite", 64), zoo("resnet18+fcn", 64), zoo("mobilenet_v2+deeplabv3", 64),
        ] + (1...60).map { random($0) }

    private static func zoo(_ name: String, _ imageSize: Int) -> Subject {
        Subject(name: "\(name)@\(imageSize)") {
            let built = try ModelZoo.build(name: name, imageSize: imageSize)
            return try quantize(graph: built.graph, activationRanges: built.activationRanges)
        }
    }

    private static func random(_ seed: Int) -> Subject {
        Subject(name: "random\(seed)") {
            var random = SplitMix(seed: UInt64(seed))
            let graph = try RandomGraph.make(seed: UInt64(seed), operators: 24)
            return try graph.quantizedByCalibration(&random)
        }
    }
}

/// Random inputs for a network, NCHW.
func randomInputs(_ network: QuantizedNetwork, _ random: inout SplitMix) -> [[UInt8]] {
    network.inputs.map { random.bytes(network[$0].shape.elementCount) }
}
