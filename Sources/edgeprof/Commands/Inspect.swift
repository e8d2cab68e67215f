import ArgumentParser
import EdgeprofAPI
import HTTPTransport
import InferenceEngine
import Measurement

/// The command `edgeprof inspect`.
struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A model layer by layer: shapes, parameters, MACs, bytes read and written.",
        discussion: """
            A file is described as the network it is the quantization of; batch normalization folded into it stays \
            folded. Networks with a head are summed by section, backbone and head.

            --cache-of simulates which accesses of the kernels' loops would miss in a tier's data caches (docs/locality.md). \
            Tiers are the collector's unless --tiers names a file.

            Examples:
              edgeprof inspect densenet121 --format json
              edgeprof inspect resnet50+deeplabv3
              edgeprof inspect mine-int8.onnx
              edgeprof inspect resnet18 --cache-of raspberry-pi-5-4g --tiers examples/tiers.yaml --isa neondotprod
              edgeprof inspect resnet18 --cache-of 32K,1M,32M
            """
    )

    @Argument(help: "A zoo model (see edgeprof models) or an int8 ONNX file.")
    var model: String

    @Option(help: ArgumentHelp("Simulate a tier's caches, `here`, or sizes such as 32K,1M,32M.", valueName: "tier"))
    var cacheOf: String?

    @Option(help: ArgumentHelp("Tiers as YAML, instead of the collector's.", valueName: "file"))
    var tiers: String?

    @Option(help: ArgumentHelp("Whose kernels to simulate; this host's best unless given.", valueName: "isa"))
    var isa: String?

    @Option(help: "naive or fused: the plan to simulate (default: fused).")
    var plan: EdgeprofAPI.PlanKind?

    @OptionGroup var output: OutputOptions

    @ArgumentParser.Flag(help: "The same as --format json.")
    var json = false

    func validate() throws {
        guard cacheOf == nil else { return }
        for (option, value) in [("--tiers", tiers), ("--isa", isa), ("--plan", plan?.rawValue)] where value != nil {
            throw ValidationError("\(option) goes with --cache-of")
        }
    }

    func run() async throws {
        if let cacheOf { return try await simulate(cacheOf) }
        let inspection = try Inspection(model: ModelSource(model))
        guard !json, output.resolved != .json else { return Terminal.write(try JSONOutput.text(inspection)) }
        let table = Table(
            columns: [
                .path("layer"), .text("operation"), .text("output"), .number("params"), .number("MACs"),
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

    private func simulate(_ argument: String) async throws {
        let source = ModelSource(model)
        try source.check()
        let caches = try await CacheChoice(argument) {
            if let tiers { return try Tiers.Import.load(tiers) }
            let list = try await CollectorConnection.saved().tiers()
            if let problem = list.problems().first { throw InputError("the collector's tiers: \(problem)") }
            return list
        }
        let inspection = try CacheInspection(
            model: source,
            caches: caches,
            isa: isa,
            plan: plan == .naive ? .naive : .fused
        )
        switch json ? .json : output.resolved {
        case .json: Terminal.write(try JSONOutput.text(inspection))
        case .csv: Terminal.write(inspection.stepNumbers.rendered(as: .csv))
        case .table, .markdown: Terminal.write(inspection.page(as: output.resolved))
        }
    }
}
