import ArgumentParser
import EdgeprofAPI
import Foundation
import HTTPTransport

/// The command `edgeprof tokens`.
struct Tokens: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make, list and revoke tokens.",
        discussion: "Example: edgeprof tokens create --role viewer --output token",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    /// The command `edgeprof tokens create`.
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token; it is shown once.",
            discussion: "Example: edgeprof tokens create --role enrollment --uses 10 --expires 24h --output token"
        )

        @Option(help: "enrollment, viewer or admin.")
        var role: TokenRole

        @Option(help: ArgumentHelp("How often it may enrol an agent. (default: 1)", valueName: "n"))
        var uses: Int?

        @Option(
            help: ArgumentHelp(
                "When it stops working. (default: 24h for enrollment, else never)",
                valueName: "duration"
            )
        )
        var expires: DurationArgument?

        @ArgumentParser.Flag(help: "Have agents it enrols wait for `edgeprof agents approve`.")
        var pending = false

        @Option(
            help: ArgumentHelp(
                "Write the token to this new file, mode 0600, instead of printing it.",
                valueName: "file"
            )
        )
        var output: String?

        func validate() throws {
            if role == .agent { throw ValidationError("agents get their token by enrolling; use --role enrollment") }
            if pending, role != .enrollment { throw ValidationError("--pending is for --role enrollment") }
            if let uses {
                guard role == .enrollment else { throw ValidationError("--uses is for --role enrollment") }
                guard (1...1_000_000).contains(uses) else { throw ValidationError("--uses must be 1 to 1000000") }
            }
            if let expires, !(1...Self.longestSeconds).contains(expires.seconds) {
                throw ValidationError("--expires must be 1s to 36525d (100 years)")
            }
        }

        /// A hundred years, the most the collector takes.
        private static let longestSeconds = 3_155_760_000.0

        func run() async throws {
            let request = TokenRequest(
                role: role,
                expiresInSeconds: expires.map { Int($0.seconds.rounded()) },
                maximumUses: uses,
                autoAccept: pending ? false : nil
            )
            let client = try CollectorConnection.saved()
            guard let output else { return Terminal.write(try await client.createToken(request).token + "\n") }
            // Made first: a token that cannot be kept should not be made.
            let file = try Self.newFile(path: output)
            do {
                let created = try await client.createToken(request)
                try file.write(contentsOf: Data((created.token + "\n").utf8))
                Terminal.write("\(role.rawValue) token \(created.id) written to \(output)\n")
            } catch {
                unlink(output)
                throw error
            }
        }

        private static func newFile(path: String) throws -> FileHandle {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
            guard descriptor >= 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
            return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        }
    }

    /// The command `edgeprof tokens list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List tokens, without their secrets.",
            discussion: "Example: edgeprof tokens list --format csv"
        )
        @ArgumentParser.Flag(help: "List agents' access tokens too, which they renew every hour.")
        var agents = false
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var list = try await CollectorConnection.saved().tokens()
            if !agents { list.tokens.removeAll { $0.role == .agent } }
            try output.write(
                list,
                as: Table(
                    columns: [.text("id"), .text("role"), .number("uses"), .text("expires")]
                        + (output.isNarrow ? [] : [.text("created")]),
                    rows: list.tokens.map {
                        [
                            $0.id, $0.role.rawValue, $0.usesLeft.map(String.init) ?? "",
                            $0.expiresAt?.shortDescription ?? "never",
                        ] + (output.isNarrow ? [] : [$0.createdAt.shortDescription])
                    }
                )
            )
        }
    }

    /// The command `edgeprof tokens revoke`.
    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token useless from now on.",
            discussion: "Example: edgeprof tokens revoke ID"
        )
        @Argument(help: "The token's id, from `edgeprof tokens list`.") var id: String

        func validate() throws { try requireId(id) }

        func run() async throws {
            try await CollectorConnection.saved().revokeToken(id)
            Terminal.write("revoked \(id)\n")
        }
    }
}
