import ArgumentParser
import CollectorStore

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the store's tables up to date, as serve does when it starts."
    )

    @OptionGroup var data: DataDirectoryOption

    @ArgumentParser.Flag(help: "Only say what is due; exit code 3 when something is.")
    var check = false

    func run() async throws {
        let location = try data.location()
        let due = try await SQLStore.dueMigrations(at: location)
        if !check { try await SQLStore.open(at: location).close() }
        for name in due { try say((check ? "due: " : "done: ") + name) }
        if due.isEmpty { try say("\(location) is up to date") }
        if check, !due.isEmpty { throw ExitCode(3) }
    }
}

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes the whole store, as of one moment, into a file; works while collectors serve."
    )

    @OptionGroup var data: DataDirectoryOption

    @Argument(help: "The new file: a SQLite database, whatever the store is kept in.")
    var file: String

    func run() async throws {
        let store = try await SQLStore.open(at: data.location())
        try await store.backUp(to: file)
        try store.close()
        try say("backed up to \(file)")
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Makes a store from a backup, at a place that holds none."
    )

    @OptionGroup var data: DataDirectoryOption

    @Argument(help: "A file that `backup` made.")
    var file: String

    func run() async throws {
        let location = try data.location()
        try await SQLStore.restore(from: file, to: location)
        try say("restored to \(location)")
    }
}

struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies a store to another place, of another kind too, and compares both at the end.",
        discussion: """
            A place is a folder, postgres://user@host/database, or @FILE that holds such a URL. Stop the collectors of \
            both first. When it was interrupted, run it again: it goes on where it was.
            """
    )

    @Option(help: "The store to read.")
    var from: String

    @Option(help: "The place to copy to, which holds no store yet.")
    var to: String

    func run() async throws {
        let copy = try await StoreCopy(from: StoreLocation(argument: from), to: StoreLocation(argument: to))
        let result = try await copy.run()
        for (table, count) in result.rows { try say("\(table): \(count) rows, equal") }
        try say("copied \(result.total) rows")
    }
}
