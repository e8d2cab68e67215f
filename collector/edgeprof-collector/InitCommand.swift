import ArgumentParser
import CollectorStore
import EdgeprofAPI

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Makes the store and prints the first admin token, once.",
        discussion: """
            The token is printed alone on standard output and kept nowhere: only its hash is stored. A lost one is \
            replaced with `edgeprof-collector token create --role admin`.
            """
    )

    @OptionGroup var data: DataDirectoryOption

    func run() async throws {
        let secret = TokenSecret(role: .admin)
        try await SQLStore.create(
            at: data.location(),
            firstToken: NewToken(hash: secret.hash, role: .admin),
            at: now()
        )
        try say(secret.text)
    }
}
