import ArgumentParser
import EdgeprofAPI
import HTTPTransport

/// The command `edgeprof login`.
struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Remember a collector and a token for this user.",
        discussion: """
            The token is read from a file or asked for, never taken as an argument. It is kept in \
            $XDG_CONFIG_HOME/edgeprof/config.json (or ~/.config), readable by you alone.

            Example: edgeprof login http://127.0.0.1:8640 --token-file admin-token
            """
    )

    @Argument(help: "The collector's address, for example http://127.0.0.1:8640.")
    var url: String

    @Option(help: ArgumentHelp("File that holds the token; - for standard input.", valueName: "file"))
    var tokenFile: String?

    func run() async throws {
        let token = try Secret.read(file: tokenFile, prompt: "Token: ")
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        _ = try await CollectorConnection.client(UserConfiguration(url: base, token: token)).agents()
        let path = try UserConfiguration.path()
        try UserConfiguration(url: base, token: token).save(path: path)
        Terminal.write("logged in to \(base); kept in \(path)\n")
    }
}
