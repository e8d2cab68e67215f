import ArgumentParser

/// The command `edgeprof models`.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The zoo's models (models zoo, or just models), and files of your own on the collector.",
        discussion: "Example: edgeprof models --format csv",
        subcommands: [ModelsZoo.self, ModelsPush.self, ModelsList.self],
        defaultSubcommand: ModelsZoo.self
    )
}
