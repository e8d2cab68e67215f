import ArgumentParser
import EdgeprofAPI
import Foundation
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

    @Option(
        help: ArgumentHelp(
            "Certificate authorities (PEM) to know the collector by, instead of the system's.",
            valueName: "file"
        )
    )
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "The collector's public key, sha256//BASE64 as in curl's --pinnedpubkey, to know it by.",
            valueName: "pin"
        )
    )
    var pin: String?

    func validate() throws {
        if let pin, !TLSTrust.isPin(pin) { throw ValidationError("--pin is not sha256// and the base64 of a SHA-256") }
        if caFile != nil || pin != nil, !url.lowercased().hasPrefix("https://") {
            throw ValidationError("--ca-file and --pin are for TLS: give the address as https://…")
        }
    }

    func run() async throws {
        let file = try caFile.map { path in
            guard FileManager.default.isReadableFile(atPath: path) else { throw InputError("\(path): cannot be read") }
            return URL(fileURLWithPath: path).path
        }
        let trust = file == nil && pin == nil ? nil : TLSTrust(caFile: file, pin: pin)
        let token = try Secret.read(file: tokenFile, prompt: "Token: ")
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        let configuration = UserConfiguration(url: base, token: token, trust: trust)
        _ = try await CollectorConnection.client(configuration).agents()
        let path = try UserConfiguration.path()
        try configuration.save(path: path)
        Terminal.write("logged in to \(base); kept in \(path)\n")
    }
}
