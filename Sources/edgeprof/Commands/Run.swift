import ArgumentParser
import EdgeprofAPI
import InferenceEngine

/// The command `edgeprof run`.
struct RunModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "One inference on .npy files, for checking against another runtime.",
        discussion: """
            An int8 model takes float32, which it quantizes by its input's parameters, or the integers its input stores; it \
            gives real numbers unless --raw asks for stored integers. A file with more along its first axis than the model's \
            batch is run piece by piece.

            Examples:
              edgeprof run resnet18 --input X.npy --output Y.npy
              edgeprof run M.onnx --input a=A.npy --input b=B.npy --output scores=Y.npy
            """
    )

    @Argument(help: "A zoo model (see edgeprof models) or an ONNX file.")
    var model: String

    @Option(help: ArgumentHelp("Input: X.npy, or NAME=X.npy; one for each input.", valueName: "file"))
    var input: [String]

    @Option(help: ArgumentHelp("Output: Y.npy, one for each output, or NAME=Y.npy for some.", valueName: "file"))
    var output: [String]

    @OptionGroup var engine: EngineOptions

    @ArgumentParser.Flag(help: "Read and write stored integers instead of real numbers.")
    var raw = false

    func run() throws {
        let loaded = try RunnableModel(model, float: engine.float)
        let network = try loaded.prepared(isa: engine.isa, plan: engine.planKind, threads: engine.threads)
        if raw, loaded.precision == .float {
            throw InputError("--raw: \(model) is run as a float network, which has no stored integers")
        }
        let inputFiles = try PortFiles.assign(input, to: network.inputs.map(\.name), option: "--input", all: true)
        let outputFiles = try PortFiles.assign(output, to: network.outputs.map(\.name), option: "--output", all: false)
        let inputs = try zip(inputFiles, network.inputs).map { file, port in
            try ArrayInput(path: file ?? "", port: port, raw: raw)
        }
        guard let count = inputs.first?.count, inputs.allSatisfy({ $0.count == count }) else {
            throw InputError("--input: the files hold different numbers of inputs: \(inputs.map(\.count))")
        }
        var outputs = zip(outputFiles, network.outputs).map { file, port in
            file.map { ArrayOutput(path: $0, port: port) }
        }
        let runner = try network.makeRunner(threads: engine.threads)
        for index in 0..<count {
            if count > 1 { Terminal.progress("\(model): \(index + 1) of \(count)") }
            let results = try runner.run(try inputs.map { try $0.values(at: index) }, stored: raw)
            for (position, values) in results.enumerated() { outputs[position]?.append(values) }
        }
        Terminal.progress("")
        for output in outputs { try output?.write() }
    }
}

/// How a model is run.
struct EngineOptions: ParsableArguments {
    @Option(help: "naive or fused: how closely an int8 model's own operators are followed.")
    var plan: EdgeprofAPI.PlanKind = .fused

    @Option(help: ArgumentHelp("Highest instruction set used; the best there is unless given.", valueName: "isa"))
    var isa: String?

    @Option(help: ArgumentHelp("Threads.", valueName: "n"))
    var threads = 1

    @ArgumentParser.Flag(help: "Run a zoo model's float network rather than its int8 one.")
    var float = false

    /// The plan, for the engine.
    var planKind: InferenceEngine.PlanKind { plan == .naive ? .naive : .fused }

    func validate() throws {
        guard (1...Executor.largestThreadCount).contains(threads) else {
            throw ValidationError("--threads must be 1 to \(Executor.largestThreadCount)")
        }
    }
}
