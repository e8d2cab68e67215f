import ArgumentParser

/// The command `edgeprof models zoo`, which is `edgeprof models` too.
struct ModelsZoo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zoo",
        abstract: "The zoo: size, work, memory and published accuracy of each model.",
        discussion: """
            Parameters, multiply-accumulates (MACs) and memory access bytes are counted at 224x224, batch 1, int8, with batch \
            normalization folded where it can be. The arena is the activation memory of the fused plan. --heads lists the \
            backbones with detection and segmentation heads instead, at 512x512.

            Example: edgeprof models zoo --format csv
            """
    )

    @Flag(help: "List backbones with detection and segmentation heads instead.")
    var heads = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard !heads else { return try await listHeads() }
        let list = Listed(models: try await ZooFigures.all())
        try output.write(
            list,
            as: Table(
                columns: [
                    .text("model"), .number("params"), .number("MACs"), .number("traffic"), .number("int8"),
                    .number("arena"), .number("top-1 %"), .text(""),
                ],
                rows: list.models.map {
                    [
                        $0.name, HumanUnits.count(Double($0.parameters)), HumanUnits.count(Double($0.macs)),
                        HumanUnits.bytes(UInt64($0.memoryAccessBytes)), HumanUnits.bytes(UInt64($0.int8Bytes)),
                        HumanUnits.bytes(UInt64($0.arenaBytes)),
                        $0.publishedTop1.map { HumanUnits.percent($0.value) } ?? "-", $0.publishedTop1?.precision ?? "",
                    ]
                }
            )
        )
        if output.resolved == .table, let source = list.models.compactMap(\.publishedTop1).first?.source {
            Terminal.write("\ntop-1: published, from \(source); float where no int8 figure is published\n")
        }
    }

    private func listHeads() async throws {
        let list = ListedHeads(models: try await HeadFigures.all())
        let share = { (part: Int, whole: Int) in HumanUnits.number(100 * Double(part) / Double(max(whole, 1))) }
        let fields: [Table.Field<HeadFigures>] = [
            (.text("model"), false, { $0.name }),
            (.number("params"), false, { HumanUnits.count(Double($0.parameters)) }),
            (.number("head %"), false, { share($0.headParameters, $0.parameters) }),
            (.number("MACs"), false, { HumanUnits.count(Double($0.macs)) }),
            (.number("head %"), false, { share($0.headMacs, $0.macs) }),
            (.number("traffic"), false, { HumanUnits.bytes(UInt64($0.memoryAccessBytes)) }),
            (.number("int8"), true, { HumanUnits.bytes(UInt64($0.int8Bytes)) }),
            (.number("arena"), true, { HumanUnits.bytes(UInt64($0.arenaBytes)) }),
        ]
        try output.write(list, as: Table(list.models, fields: fields, showsOptional: !output.isNarrow))
    }

    /// The JSON form.
    private struct Listed: Encodable {
        var models: [ZooFigures]
    }

    /// The JSON form of `--heads`.
    private struct ListedHeads: Encodable {
        var models: [HeadFigures]
    }
}
