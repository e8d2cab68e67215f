import InferenceEngine
import Measurement
import NetworkGraph
import Quantization

/// A model's static costs, layer by layer and in all.
struct Inspection: Encodable {
    /// One operator.
    struct Layer: Encodable {
        var name: String
        /// Null but for networks with a head.
        var section: NullOr<ModelSection>
        var operation: String
        var inputShapes: [String]
        var outputShape: String
        var parameters: Int
        var macs: Int
        /// Activation bytes read by the naive plan; weights apart.
        var readBytes: Int
        /// Activation bytes written by the naive plan.
        var writtenBytes: Int
        var weightBytes: Int
        var memoryAccessBytes: Int
    }

    /// Costs of all layers under one plan.
    struct Plan: Encodable {
        var memoryAccessBytes: Int
        var activationTrafficBytes: Int
        var peakLiveBytes: Int
        var arenaBytes: Int
    }

    /// Sums over all layers.
    struct Totals: Encodable {
        var parameters: Int
        var macs: Int
        var int8Bytes: Int
        var convolutionInputOutputElements: Int
        var naive: Plan
        var fused: Plan
    }

    /// Sums over a section's layers, by the naive plan.
    struct Section: Encodable {
        var name: ModelSection
        var parameters: Int
        var macs: Int
        var memoryAccessBytes: Int
    }

    var model: String
    /// Null for a file.
    var family: NullOr<String>
    var inputShape: String
    var layers: [Layer]
    /// Empty but for networks with a head.
    var sections: [Section]
    var totals: Totals

    /// Loads a model and counts.
    init(model source: ModelSource) throws {
        let loaded = try source.load()
        let graph = loaded.graph
        let naive = GraphCosts(of: graph, plan: .naive)
        let fused = GraphCosts(of: graph, plan: .fused)
        let arenas = try PlannedArena(of: loaded.network)
        let sectionOf = ModelSection.sections(ofLayers: graph.nodes.map(\.name))
        model = source.name
        family = NullOr(loaded.family)
        inputShape = graph.inputs.first.map { graph.shape(of: $0).description } ?? ""
        layers = zip(zip(graph.nodes, sectionOf), naive.nodes).map { named, cost in
            let (node, section) = named
            return Layer(
                name: node.name,
                section: NullOr(section),
                operation: node.operation.name,
                inputShapes: node.inputs.map { graph.shape(of: $0).description },
                outputShape: node.outputs.first.map { graph.shape(of: $0).description } ?? "",
                parameters: cost.parameters,
                macs: cost.macs,
                readBytes: cost.readElements,
                writtenBytes: cost.writtenElements,
                weightBytes: cost.int8WeightBytes,
                memoryAccessBytes: cost.memoryAccessBytes
            )
        }
        sections = ModelSection.allCases.filter(sectionOf.contains).map { section in
            Section(
                name: section,
                parameters: ModelSection.sum(naive.nodes.map(\.parameters), of: section, in: sectionOf),
                macs: ModelSection.sum(naive.nodes.map(\.macs), of: section, in: sectionOf),
                memoryAccessBytes: ModelSection.sum(naive.nodes.map(\.memoryAccessBytes), of: section, in: sectionOf)
            )
        }
        totals = Totals(
            parameters: naive.total.parameters,
            macs: naive.total.macs,
            int8Bytes: naive.total.int8WeightBytes,
            convolutionInputOutputElements: naive.convolutionElements,
            naive: Plan(naive, arenaBytes: arenas.naiveBytes),
            fused: Plan(fused, arenaBytes: arenas.fusedBytes)
        )
    }

    /// The totals in words.
    var summary: String {
        let plan = { (name: String, plan: Plan) in
            "\(name) plan: activations read and written \(HumanUnits.bytes(UInt64(plan.activationTrafficBytes))), "
                + "live at once \(HumanUnits.bytes(UInt64(plan.peakLiveBytes))), "
                + "arena \(HumanUnits.bytes(UInt64(plan.arenaBytes)))\n"
        }
        let origin = family.value.map { " (\($0))" } ?? ""
        return "\(model)\(origin), input \(inputShape): \(HumanUnits.count(Double(totals.parameters))) parameters, "
            + "\(HumanUnits.count(Double(totals.macs))) MACs, \(HumanUnits.bytes(UInt64(totals.int8Bytes))) of int8 weights\n"
            + plan("naive", totals.naive) + plan("fused", totals.fused) + sections.map(words).joined()
    }

    private func words(_ section: Section) -> String {
        let share = { (part: Int, whole: Int) in percentage(Double(part), of: Double(whole)) }
        return "\(section.name.rawValue): \(HumanUnits.count(Double(section.parameters))) parameters "
            + "(\(share(section.parameters, totals.parameters))), "
            + "\(HumanUnits.count(Double(section.macs))) MACs (\(share(section.macs, totals.macs))), "
            + "\(HumanUnits.bytes(UInt64(section.memoryAccessBytes))) read and written "
            + "(\(share(section.memoryAccessBytes, totals.naive.memoryAccessBytes)))\n"
    }
}

extension Inspection.Plan {
    init(_ costs: GraphCosts, arenaBytes: Int) {
        self.init(
            memoryAccessBytes: costs.total.memoryAccessBytes,
            activationTrafficBytes: costs.trafficElements,
            peakLiveBytes: costs.peakLiveElements,
            arenaBytes: arenaBytes
        )
    }
}

extension Operation {
    /// The operator's name, in ONNX's spelling.
    var name: String {
        switch self {
        case .convolution(let layer): layer.groups > 1 ? "Conv (\(layer.groups) groups)" : "Conv"
        case .batchNormalization: "BatchNormalization"
        case .activation(.relu): "Relu"
        case .activation(.clip): "Clip"
        case .maxPool: "MaxPool"
        case .averagePool: "AveragePool"
        case .globalAveragePool: "GlobalAveragePool"
        case .add: "Add"
        case .concatenate: "Concat"
        case .split: "Split"
        case .channelShuffle: "ChannelShuffle"
        case .flatten: "Flatten"
        case .fullyConnected: "Gemm"
        case .convolutionTranspose(let layer):
            layer.groups > 1 ? "ConvTranspose (\(layer.groups) groups)" : "ConvTranspose"
        // What a description of an int8 network has for a requantization.
        case .function(.leakyRelu(slope: 1)): "Requantize"
        case .function(.leakyRelu): "LeakyRelu"
        case .function(.sigmoid): "Sigmoid"
        case .function(.hardSigmoid): "HardSigmoid"
        case .function(.hardSwish): "HardSwish"
        case .function(.tanh): "Tanh"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .constant: "Constant"
        case .softmax: "Softmax"
        case .reshape: "Reshape"
        case .transpose: "Transpose"
        case .slice: "Slice"
        case .pad: "Pad"
        case .resize: "Resize"
        }
    }
}
