import ArgumentParser
import CollectorStore

struct RebuildRollupsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild-rollups",
        abstract: "Makes anew what summaries and rankings are computed from.",
        discussion: """
            Rollups are kept up to date as runs come in; this is for when a stored one is damaged. Stop the collector \
            first.
            """
    )

    @OptionGroup var data: DataDirectoryOption

    func run() async throws {
        let location = try data.location()
        let lock: ServingLock? = if case .directory(let folder) = location { try folder.lockForServing() } else { nil }
        defer { withExtendedLifetime(lock) {} }
        let store = try await SQLStore.open(at: location)
        let made = try await store.rebuildRollups()
        try store.close()
        try say("\(made.rollups) rollups of \(made.runs) runs")
    }
}
