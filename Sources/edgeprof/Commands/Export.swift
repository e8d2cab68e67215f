import ArgumentParser
import ModelZoo
import ONNXExport
import ONNXFormat
import Quantization

/// The command `edgeprof export`.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a zoo model as an ONNX file.",
        discussion: """
            The file is int8 (QuantizeLinear and DequantizeLinear around the operators, opset 17) unless --float is \
            given. Its SHA-256 is what runs of the model carry, for seed 0, batch 1 and the model's own image size.

            Examples:
              edgeprof export resnet50 -o resnet50.onnx
              edgeprof export mobilenet_v2 --float --image-size 192x256 -o float.onnx
            """
    )

    @Argument(help: "A zoo model; see edgeprof models.")
    var model: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The file, replaced when it is whole.", valueName: "file"))
    var output: String

    @Flag(name: .customLong("float"), help: "Write the float network, batch normalization apart.")
    var isFloat = false

    @Option(help: ArgumentHelp("Determines the weights.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(help: ArgumentHelp("Input height and width; the model's own unless given.", valueName: "HxW"))
    var imageSize: ImageSizeArgument?

    @Option(help: ArgumentHelp("Images at a time.", valueName: "n"))
    var batch = 1

    func validate() throws {
        if !(1...1_024).contains(batch) { throw ValidationError("--batch must be 1 to 1024") }
    }

    func run() throws {
        let zoo = try ModelZoo.build(
            name: model,
            seed: seed,
            input: ZooInput(height: imageSize?.height, width: imageSize?.width, batch: batch)
        )
        let file: ONNXModel
        if isFloat {
            file = try ONNXExporter.model(of: zoo.graph)
        } else {
            let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
            file = try ONNXExporter.model(of: network)
        }
        try ONNXWriter.write(file, to: output)
    }
}

/// An image size on the command line: `HxW`, or one number for both.
struct ImageSizeArgument: ExpressibleByArgument, Equatable {
    /// Rows.
    var height: Int
    /// Columns.
    var width: Int

    init?(argument: String) {
        let parts = argument.split(separator: "x", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
        guard let height = parts.first ?? nil, let width = parts.last ?? nil else { return nil }
        self.height = height
        self.width = width
    }
}
