import ModelZoo
import NetworkGraph
import Quantization

/// What `edgeprof models --heads` says of one backbone with a head.
struct HeadFigures: Encodable {
    var name: String
    var backbone: String
    var head: String
    var family: String
    var parameters: Int
    var headParameters: Int
    var macs: Int
    var headMacs: Int
    var memoryAccessBytes: Int
    var headMemoryAccessBytes: Int
    var int8Bytes: Int
    var arenaBytes: Int

    /// Counts one model.
    init(_ model: HeadModel) throws {
        let network = try ModelZoo.build(name: model.name)
        let costs = GraphCosts(of: network.graph)
        let sections = ModelSection.sections(ofLayers: network.graph.nodes.map(\.name))
        let ofHead = { (value: (NodeCosts) -> Int) in
            ModelSection.sum(costs.nodes.map(value), of: .head, in: sections)
        }
        name = model.name
        backbone = model.backbone
        head = model.head.rawValue
        family = model.family
        parameters = costs.total.parameters
        headParameters = ofHead(\.parameters)
        macs = costs.total.macs
        headMacs = ofHead(\.macs)
        memoryAccessBytes = costs.total.memoryAccessBytes
        headMemoryAccessBytes = ofHead(\.memoryAccessBytes)
        int8Bytes = costs.total.int8WeightBytes
        let quantized = try quantize(graph: network.graph, activationRanges: network.activationRanges)
        arenaBytes = try PlannedArena(of: quantized).fusedBytes
    }

    /// Counts every one, several at a time.
    static func all() async throws -> [HeadFigures] {
        try await withThrowingTaskGroup(of: (Int, HeadFigures).self) { group in
            for (index, model) in ModelZoo.headModels.enumerated() {
                group.addTask { (index, try HeadFigures(model)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
