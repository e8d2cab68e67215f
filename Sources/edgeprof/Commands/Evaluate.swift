import ArgumentParser
import Datasets
import EdgeprofAPI
import Foundation
import HTTPTransport
import Synchronization

/// The command `edgeprof evaluate`.
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Top-1 and top-5 accuracy on labelled images, with a 95 % interval.",
        discussion: """
            --images takes a folder with a folder for each class (numbered by name, or by --labels with a line FOLDER or \
            FOLDER NUMBER for each), or a folder of images and --labels with a line NAME NUMBER or NAME,NUMBER for each. \
            --input takes an .npy file of inputs as the model takes them, with --labels Y.npy. docs/evaluate.md has more.

            Examples:
              edgeprof evaluate M.onnx --images val --labels synsets.txt --threads 4
              edgeprof evaluate M.onnx --input X.npy --labels Y.npy --push
            """
    )

    @Argument(help: "A zoo model (see edgeprof models) or an ONNX file.")
    var model: String

    @Option(help: ArgumentHelp("Folder of images.", valueName: "folder"))
    var images: String?

    @Option(help: ArgumentHelp("Inputs as float32, first axis samples.", valueName: "X.npy"))
    var input: String?

    @Option(help: ArgumentHelp("Class of each folder, image or sample.", valueName: "file"))
    var labels: String?

    @OptionGroup(title: "Preprocessing of images") var preprocessing: PreprocessingOptions

    @OptionGroup var engine: EngineOptions

    @Option(help: ArgumentHelp("At most so many samples, spread over all.", valueName: "n"))
    var limit: Int?

    @Option(help: ArgumentHelp("Added to each label: 1 where the model counts background as class 0.", valueName: "n"))
    var classOffset: Int?

    @Option(help: ArgumentHelp("The output that holds the scores, where there are several.", valueName: "name"))
    var scores: String?

    @ArgumentParser.Flag(help: "Send the result to the collector, which ranks by it.")
    var push = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (images == nil) != (input == nil) else { throw ValidationError("give --images or --input, one of them") }
        if input != nil, labels == nil { throw ValidationError("--input needs --labels Y.npy") }
        if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
        if let classOffset, !(-1_000_000...1_000_000).contains(classOffset) {
            throw ValidationError("--class-offset must be -1000000 to 1000000")
        }
    }

    func run() async throws {
        if let input { try preprocessing.requireNone(for: input) }
        let client = push ? try CollectorConnection.saved() : nil
        let loaded = try RunnableModel(model, float: engine.float)
        let network = try loaded.prepared(isa: engine.isa, plan: engine.planKind, threads: 1)
        let classifier = try Classifier(network, scores: scores, model: model)
        let set = try samples(for: network.inputs[0].shape)
        let offset = try classifier.offset(of: set.labels, asked: classOffset)
        let evaluator = Evaluator(
            model: network,
            output: classifier.output,
            classes: classifier.classes,
            set: set.relabelled { $0 + offset }
        )
        let total = set.labels.count
        let shown = Atomic<Int64>(0)
        let counts = try await evaluator.run(workers: min(engine.threads, total)) { [model] done in
            // A terminal takes a few lines a second.
            let now = Int64(Date().timeIntervalSince1970 * 5)
            if shown.exchange(now, ordering: .relaxed) != now { Terminal.progress("\(model): \(done) of \(total)") }
        }
        Terminal.progress("")
        let result = try result(loaded, network, classifier, set.name, offset, counts)
        try output.write(result, as: result.table)
        guard let client else { return }
        try await client.replaceAccuracy(result.accuracy, ofModel: result.model.sha256)
        Terminal.complain("sent to \(client.baseURL) as the accuracy of \(result.model.sha256.prefix(12))")
    }

    private func samples(for shape: [Int]) throws -> LabelledSet {
        let set: LabelledSet
        if let input {
            set = try LabelledSet(array: input, labels: labels ?? "", inputShape: shape)
        } else {
            set = try LabelledSet(
                images: images ?? "",
                labels: labels,
                inputShape: shape,
                preprocessing: try preprocessing.preprocessing(for: shape)
            )
        }
        return limit.map { set.spread(over: $0) } ?? set
    }

    private func result(
        _ loaded: RunnableModel,
        _ network: InferenceModel,
        _ classifier: Classifier,
        _ dataset: String,
        _ offset: Int,
        _ counts: Evaluator.Counts
    ) throws -> EvaluationResult {
        let isInt8 = loaded.precision == .int8
        return EvaluationResult(
            model: Run.ModelReference(name: loaded.name, sha256: try loaded.sha256(), source: loaded.source),
            precision: loaded.precision,
            plan: NullOr(isInt8 ? engine.plan.rawValue : nil),
            isa: NullOr(network.instructionSet),
            dataset: dataset,
            images: counts.samples,
            classes: classifier.classes,
            classOffset: offset,
            top1: EvaluationResult.Share(correct: counts.top1, of: counts.samples),
            top5: NullOr(
                classifier.classes < 5 ? nil : EvaluationResult.Share(correct: counts.top5, of: counts.samples)
            ),
            measuredAt: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        )
    }
}
