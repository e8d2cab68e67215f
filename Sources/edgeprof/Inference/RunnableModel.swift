import EdgeprofAPI
import InferenceEngine
import Measurement
import ModelZoo
import NetworkGraph
import ONNXImport
import Quantization

/// A model named on the command line: a zoo name or an ONNX file.
struct RunnableModel {
    /// What there is to run.
    enum Network {
        case int8(QuantizedNetwork)
        case float(NetworkGraph)
    }

    /// Zoo name, or file name without folder and extension.
    let name: String
    /// Where it comes from.
    let source: Run.ModelReference.Source
    /// What there is to run.
    let network: Network
    private let path: String

    /// Loads a model.
    ///
    /// - Parameters:
    ///   - argument: What the user wrote: a path when it ends in `.onnx` or holds a `/`, else a zoo name.
    ///   - float: Whether a zoo model's float network is wanted rather than its int8 one.
    /// - Throws: When there is no such model or the file cannot be used, in one line.
    init(_ argument: String, float: Bool) throws {
        path = argument
        let origin = ModelSource(argument)
        name = origin.name
        source = origin.kind
        switch origin {
        case .zoo(let name):
            let zoo = try ModelZoo.build(name: name)
            network =
                float
                ? .float(zoo.graph)
                : .int8(try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges))
        case .file(let path), .stored(let path, _, _):
            let notes = ImportOptions(note: { Terminal.complain("edgeprof: \(path): \($0)") })
            switch try ONNXImporter.load(path: path, options: notes) {
            case .float(let graph): network = .float(graph)
            case .quantized(let quantized): network = .int8(quantized)
            }
        }
    }

    /// The arithmetic it runs in.
    var precision: ModelAccuracy.Precision {
        switch network {
        case .int8: .int8
        case .float: .float
        }
    }

    /// The hash that runs and accuracies name the model by.
    func sha256() throws -> String {
        if source == .file { return try ModelIdentity.sha256(ofFile: path) }
        switch network {
        case .int8(let network): return try ModelIdentity.sha256(of: network)
        case .float:
            let zoo = try ModelZoo.build(name: name)
            return try ModelIdentity.sha256(of: quantize(graph: zoo.graph, activationRanges: zoo.activationRanges))
        }
    }

    /// Prepares it to run.
    ///
    /// - Parameters:
    ///   - isa: Highest instruction set used by an int8 network.
    ///   - plan: The int8 plan.
    ///   - threads: Threads of a float network's run.
    /// - Returns: What runners are made of.
    /// - Throws: When the network cannot be planned or the instruction set is not to be had.
    func prepared(isa: String?, plan: InferenceEngine.PlanKind, threads: Int) throws -> InferenceModel {
        switch network {
        case .int8(let network): try InferenceModel(network, isa: isa, plan: plan)
        case .float(let graph): try InferenceModel(graph, threads: threads)
        }
    }
}
