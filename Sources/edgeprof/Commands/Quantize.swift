import ArgumentParser
import Calibration
import Datasets
import Foundation
import ModelZoo
import NetworkGraph
import ONNXExport
import ONNXFormat
import ONNXImport
import Quantization

/// The command `edgeprof quantize`.
struct Quantize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a float ONNX model an int8 one.",
        discussion: """
            Weights become s8 with a scale an output, activations u8 with ranges measured on samples, biases are corrected \
            for the mean error that causes. --calibration takes a folder of images or an .npy file of inputs as the model \
            takes them: 100 to 500 samples like those the model will see. docs/quantization.md has more.

            Examples:
              edgeprof quantize M.onnx --calibration images -o M-int8.onnx --report
              edgeprof quantize M.onnx --calibration X.npy -o M-int8.onnx --method minmax
            """
    )

    /// The `--method` option.
    enum Method: String, ExpressibleByArgument, CaseIterable {
        case minmax, percentile, entropy
    }

    /// The `--activations` option.
    enum Activations: String, ExpressibleByArgument, CaseIterable {
        case u8, s8
    }

    @Argument(help: "A float ONNX file, or a zoo model (see edgeprof models).")
    var model: String

    @Option(help: ArgumentHelp("Folder of images, or inputs as .npy, first axis samples.", valueName: "path"))
    var calibration: String

    @Option(name: [.customShort("o"), .long], help: ArgumentHelp("The int8 file to write.", valueName: "Q.onnx"))
    var output: String

    @Option(help: "How ranges are made: minmax, percentile or entropy.")
    var method: Method = .percentile

    @Option(help: ArgumentHelp("Share of elements a range keeps.", valueName: "percent"))
    var percentile = 99.99

    @Option(help: ArgumentHelp("At most so many samples, spread over all.", valueName: "n"))
    var samples = 512

    @ArgumentParser.Flag(help: "Leave biases as they are.")
    var noBiasCorrection = false

    @Option(help: "Integers activations are stored as: u8 or s8; the network is the same.")
    var activations: Activations = .u8

    @OptionGroup(title: "Preprocessing of images") var preprocessing: PreprocessingOptions

    @Option(help: ArgumentHelp("Threads; all processors unless given.", valueName: "n"))
    var threads: Int?

    @ArgumentParser.Flag(help: "Print the error of each layer.")
    var report = false

    @OptionGroup var format: OutputOptions

    func validate() throws {
        if samples < 1 { throw ValidationError("--samples must be 1 or more") }
        if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads must be 1 to 1024") }
        guard percentile > 50, percentile <= 100 else {
            throw ValidationError("--percentile must be above 50 and at most 100")
        }
    }

    func run() throws {
        // Before a long calibration whose result would have no place.
        try OutputFile.check(output)
        if calibration.hasSuffix(".npy") { try preprocessing.requireNone(for: calibration) }
        let graph = try floatGraph()
        guard graph.inputs.count == 1 else {
            throw InputError("\(model): has \(graph.inputs.count) inputs; models with one can be calibrated")
        }
        let shape = graph.shape(of: graph.inputs[0]).dimensions
        let set = try SampleSet(
            path: calibration,
            inputShape: shape,
            preprocessing: try preprocessing.preprocessing(for: shape)
        ).spread(over: samples)
        let source = try batches(of: set, batch: shape[0])
        if set.count < 32 {
            let samples = "\(set.count) sample\(set.count == 1 ? "" : "s")"
            Terminal.complain("edgeprof: warning: only \(samples) to calibrate with; 100 to 500 are better")
        }
        let options = CalibrationOptions(
            method: rangeMethod,
            correctsBias: !noBiasCorrection,
            storage: activations == .u8 ? .unsigned8 : .signed8,
            threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
        )
        var calibrator = try Calibrator(graph: graph, options: options)
        try calibrator.observe(source) { done in
            Terminal.progress("\(model): \(done) of \(source.count) samples")
        }
        Terminal.progress("\(model): quantizing")
        let network = try calibrator.quantize(source)
        Terminal.progress("\(model): comparing")
        let layers = try calibrator.layerErrors(of: network, source)
        Terminal.progress("")
        try ONNXWriter.write(try ONNXExporter.model(of: network), to: output)
        let result = QuantizationReport(
            model: graph.name,
            output: output,
            method: method.rawValue,
            percentile: method == .percentile ? percentile : nil,
            samples: set.count,
            correctsBias: !noBiasCorrection,
            layers: layers
        )
        Terminal.complain(result.summary)
        guard report else { return }
        try format.write(result, as: result.table)
        if format.resolved == .table { Terminal.write(result.advice) }
    }

    private var rangeMethod: CalibrationMethod {
        switch method {
        case .minmax: .minMax
        case .percentile: .percentile(percentile)
        case .entropy: .entropy
        }
    }

    private func floatGraph() throws -> NetworkGraph {
        guard model.hasSuffix(".onnx") || model.contains("/") else { return try ModelZoo.build(name: model).graph }
        switch try ONNXImporter.load(path: model) {
        case .float(let graph): return graph
        case .quantized: throw InputError("\(model): is an int8 network already; give the float one it was made of")
        }
    }

    /// The samples as the network takes them, several at a time where its batch is fixed to more than one.
    private func batches(of set: SampleSet, batch: Int) throws -> CalibrationSamples {
        guard set.count >= batch else {
            throw InputError(
                "\(calibration): \(set.count) samples; the model takes \(batch) at once, give as many or more"
            )
        }
        return CalibrationSamples(count: set.count / batch) { index in
            var elements: [Float] = []
            for position in index * batch..<(index + 1) * batch { elements += try set.sample(at: position) }
            return [elements]
        }
    }
}
