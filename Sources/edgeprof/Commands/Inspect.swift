import ArgumentParser
import Measurement

/// The command `edgeprof inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A model layer by layer: shapes, parameters, MACs, bytes read and written.",
        discussion: """
            A file is described as the network it is the quantization of; batch normalization folded into it stays \
            folded. Networks with a head are summed by section, backbone and head.

            Examples:
              edgeprof inspect densenet121 --format json
              edgeprof inspect resnet50+deeplabv3
              edgeprof inspect mine-int8.onnx
            """
    )

    @Argument(help: "A zoo model (see edgeprof models) or an int8 ONNX file.")
    var model: String

    @OptionGroup var output: OutputOptions

    @ArgumentParser.Flag(help: "The same as --format json.")
    var json = false

    func run() throws {
        let inspection = try Inspection(model: ModelSource(model))
        guard !json, output.resolved != .json else { return Terminal.write(try JSONOutput.text(inspection)) }
        let table = Table(
            columns: [
                .text("layer"), .text("operation"), .text("output"), .number("params"), .number("MACs"),
                .number("read"),
                .number("written"),
            ],
            rows: inspection.layers.map {
                [
                    $0.name, $0.operation, $0.outputShape,
                    $0.parameters == 0 ? "" : HumanUnits.count(Double($0.parameters)),
                    $0.macs == 0 ? "" : HumanUnits.count(Double($0.macs)), HumanUnits.bytes(UInt64($0.readBytes)),
                    HumanUnits.bytes(UInt64($0.writtenBytes)),
                ]
            }
        )
        Terminal.write(table.rendered(as: output.resolved))
        if output.resolved == .table { Terminal.write("\n" + inspection.summary) }
    }
}
