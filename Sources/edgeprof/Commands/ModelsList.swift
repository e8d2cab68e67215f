import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof models list`.
struct ModelsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the files pushed to the collector.",
        discussion: "Example: edgeprof models list"
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let list = try await CollectorConnection.saved().models()
        let fields: [Table.Field<StoredModel>] = [
            (.text("model"), false, { $0.name }),
            (.number("size"), false, { HumanUnits.bytes($0.bytes) }),
            (.text("pushed"), true, { $0.pushedAt.shortDescription }),
            (.text("sha256"), false, { output.isNarrow ? "\($0.sha256.prefix(16))…" : $0.sha256 }),
        ]
        try output.write(list, as: Table(list.models, fields: fields, showsOptional: !output.isNarrow))
        FirstSteps.say(FirstSteps.noModels, where: list.models.isEmpty)
    }
}
