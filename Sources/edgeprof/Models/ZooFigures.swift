import Economics
import ModelZoo
import NetworkGraph
import Quantization

/// What `edgeprof models` says of one zoo model.
struct ZooFigures: Encodable {
    /// A published accuracy.
    struct Published: Encodable {
        var value: Double
        var precision: String
        var source: String
    }

    var name: String
    var family: String
    var parameters: Int
    var macs: Int
    var memoryAccessBytes: Int
    var int8Bytes: Int
    var arenaBytes: Int
    var publishedTop1: Published?

    /// Counts one model.
    init(_ model: ZooModel) throws {
        let network = try ModelZoo.build(name: model.name)
        let costs = GraphCosts(of: network.graph)
        name = model.name
        family = model.family
        parameters = costs.total.parameters
        macs = costs.total.macs
        memoryAccessBytes = costs.total.memoryAccessBytes
        int8Bytes = costs.total.int8WeightBytes
        let quantized = try quantize(graph: network.graph, activationRanges: network.activationRanges)
        arenaBytes = try PlannedArena(of: quantized).fusedBytes
        publishedTop1 = Published(
            value: model.publishedTop1.value,
            precision: model.publishedTop1.precision.rawValue,
            source: model.publishedTop1.source
        )
    }

    /// Counts every zoo model, several at a time.
    static func all() async throws -> [ZooFigures] {
        try await withThrowingTaskGroup(of: (Int, ZooFigures).self) { group in
            for (index, model) in ModelZoo.models.enumerated() {
                group.addTask { (index, try ZooFigures(model)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
