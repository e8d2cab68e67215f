import ArgumentParser
import HostInfo
import HostProbes

/// The command `edgeprof doctor`.
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What this box can measure, and what mends the rest.",
        discussion: "Example: edgeprof doctor --format json"
    )

    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = Report(HostProbes.Doctor.capabilities())
        try output.write(
            report,
            as: Table(
                columns: [.text("capability"), .text("status"), .text("detail")],
                rows: report.capabilities.map { [$0.name, $0.status, $0.reason.value ?? $0.detail ?? ""] }
            )
        )
        guard output.resolved == .table else { return }
        let remedies = report.capabilities.compactMap(\.remedy.value)
        let distinct = remedies.enumerated().filter { remedies.firstIndex(of: $1) == $0 }.map(\.element)
        if !distinct.isEmpty { Terminal.write("\nTo get more:\n" + distinct.map { "  \($0)\n" }.joined()) }
    }

    /// The JSON form.
    private struct Report: Encodable {
        struct Entry: Encodable {
            var name: String
            var status: String
            var detail: String?
            var reason: NullOr<String>
            var remedy: NullOr<String>
        }
        var capabilities: [Entry]

        init(_ capabilities: [Capability]) {
            self.capabilities = capabilities.map {
                Entry(
                    name: $0.name,
                    status: $0.availability.status.rawValue,
                    detail: $0.detail,
                    reason: NullOr($0.availability.reason),
                    remedy: NullOr($0.availability.remedy)
                )
            }
        }
    }
}
