import ArgumentParser

/// The command `edgeprof models`.
struct Models: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The zoo's models (models zoo, or just models), and files of your own on the collector.",
        subcommands: [ModelsZoo.self, ModelsPush.self, ModelsList.self],
        defaultSubcommand: ModelsZoo.self
    )
}
