public import NetworkGraph
public import ONNXFormat
public import Quantization

/// What an ONNX file turned out to hold.
public enum ImportedModel: Sendable {
    /// A float network, batch normalizations still apart.
    case float(NetworkGraph)
    /// An int8 network with exactly the integers the file stores.
    case quantized(QuantizedNetwork)
}

/// What a file may leave open.
public struct ImportOptions: Sendable {
    /// Extent of a symbolic axis 0; 1 where nil.
    public var batch: Int?
    /// Shapes of inputs by name, for files that leave more than axis 0 open.
    public var inputShapes: [String: [Int]]
    /// Ranges of values by name, for int8 files that leave some of them in float.
    public var valueRanges: [String: ClosedRange<Float>]
    /// Told what the importer had to choose itself: one line each, fit for a terminal.
    public var note: (@Sendable (String) -> Void)?

    /// Makes options.
    public init(
        batch: Int? = nil,
        inputShapes: [String: [Int]] = [:],
        valueRanges: [String: ClosedRange<Float>] = [:],
        note: (@Sendable (String) -> Void)? = nil
    ) {
        self.batch = batch
        self.inputShapes = inputShapes
        self.valueRanges = valueRanges
        self.note = note
    }
}

/// Understands the operators of ONNX models (docs/formats/onnx-import.md).
public enum ONNXImporter {
    /// Reads and imports a file.
    ///
    /// Constants of a float network stay in the mapped file and are read when they are used.
    ///
    /// - Parameters:
    ///   - path: The file; external data is looked for in its folder.
    ///   - options: What the file leaves open.
    /// - Returns: The network, named after the file unless its graph has a name that tells more.
    /// - Throws: `ONNXError`; nothing has run then.
    public static func load(path: String, options: ImportOptions = .init()) throws(ONNXError) -> ImportedModel {
        let model = try ONNXFile.read(path: path)
        do throws(ONNXError) {
            return try importModel(model, name: networkName(path: path, graph: model.graph.name), options: options)
        } catch {
            throw ONNXError(error.code, "\(ONNXError.quoted(path)): \(error.message)")
        }
    }

    /// Imports a model that is in memory.
    ///
    /// - Parameters:
    ///   - model: The file's content.
    ///   - name: The network's name.
    ///   - options: What the model leaves open.
    /// - Returns: An int8 network where activations are quantized, a float one otherwise.
    /// - Throws: `ONNXError` naming the node or value at fault.
    public static func importModel(
        _ model: ONNXModel,
        name: String,
        options: ImportOptions = .init()
    ) throws(ONNXError) -> ImportedModel {
        let order = try ExecutionOrder(model.graph)
        let registry = try OperatorRegistry(model.operatorSets)
        try registry.requireAll(order.nodes)
        var graph = try GraphImport(model.graph, name: name, options: options, live: order.liveValues)
        for node in order.nodes { try graph.append(node, registry) }
        let outputs = try graph.outputs(of: model.graph)
        let imported: ImportedModel
        if graph.draft.isQuantized {
            imported = .quantized(
                try graph.draft.quantizedNetwork(
                    name: name,
                    outputs: outputs,
                    options: options,
                    constantBytes: model.graph.constantBytes
                )
            )
        } else {
            imported = .float(try graph.draft.floatGraph(name: name, outputs: outputs))
        }
        try model.requireUnchangedFiles()
        return imported
    }

    /// The graph's own name where it says something, the file's otherwise.
    static func networkName(path: String, graph: String) -> String {
        let generic: Set<String> = [
            "", "graph", "main", "main_graph", "model", "onnx-model", "tf2onnx", "torch-jit-export", "torch_jit",
        ]
        if !generic.contains(graph) { return String(graph.unicodeScalars.prefix(120)) }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        let stem = file.hasSuffix(".onnx") ? String(file.dropLast(5)) : file
        return stem.isEmpty ? "model" : stem
    }
}
