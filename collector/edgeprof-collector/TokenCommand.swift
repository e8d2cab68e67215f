import ArgumentParser
import CollectorStore
import EdgeprofAPI

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes bearer tokens on the collector's own machine.",
        subcommands: [Create.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a token and prints it, once; works while the collector serves."
        )

        @OptionGroup var data: DataDirectoryOption

        @Option(
            help: "What it allows: admin, viewer or enrollment.",
            transform: oneOf([TokenRole.admin, .viewer, .enrollment])
        )
        var role: TokenRole

        @Option(help: "Seconds until it expires; never, unless given; a day for enrollment tokens.")
        var expiresInSeconds: Int?

        @Option(help: "Agents it may enrol; one, unless given. For enrollment tokens.")
        var maximumUses: Int?

        @ArgumentParser.Flag(help: "Have agents wait for `edgeprof agents approve`. For enrollment tokens.")
        var pending = false

        func validate() throws {
            if let expiresInSeconds, !(1...3_155_760_000).contains(expiresInSeconds) {
                throw ValidationError("--expires-in-seconds must be 1 to 3155760000 (100 years)")
            }
            if pending, role != .enrollment { throw ValidationError("--pending is for --role enrollment") }
            if let maximumUses {
                guard role == .enrollment else { throw ValidationError("--maximum-uses is for --role enrollment") }
                guard (1...1_000_000).contains(maximumUses) else {
                    throw ValidationError("--maximum-uses must be 1 to 1000000")
                }
            }
        }

        func run() async throws {
            let store = try await SQLStore.open(at: data.location())
            let secret = TokenSecret(role: role)
            let moment = now()
            let enrolls = role == .enrollment
            let seconds = expiresInSeconds ?? (enrolls ? TokenRequest.defaultEnrollmentSeconds : nil)
            let token = NewToken(
                hash: secret.hash,
                role: role,
                expiresAt: seconds.map {
                    Timestamp(millisecondsSinceEpoch: moment.millisecondsSinceEpoch + Int64($0) * 1000)
                },
                usesLeft: maximumUses ?? (enrolls ? TokenRequest.defaultUses : nil),
                autoAccept: !pending
            )
            let act = AuditEntry(at: moment, action: "edgeprof-collector token create")
            let entry = try await store.beginAudit(act)
            let id = try await store.createToken(token, at: moment)
            try await store.endAudit(id: entry, target: id, detail: "role=\(role.rawValue)", status: 201)
            try store.close()
            try say(secret.text)
        }
    }
}
