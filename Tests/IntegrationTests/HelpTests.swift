import Foundation
import Testing

/// Every command says how it is used by an example.
@Suite struct HelpTests {
    private struct Dump: Decodable { var command: Command }
    private struct Command: Decodable {
        var commandName: String
        var abstract: String?
        var discussion: String?
        var subcommands: [Command]?
        var shouldDisplay: Bool?
    }

    @Test func everyCommandHasAnExample() throws {
        let result = try Programs.run("edgeprof", ["--experimental-dump-help"])
        try #require(result.status == 0, "\(result.errors)")
        let root = try JSONDecoder().decode(Dump.self, from: Data(result.output.utf8)).command
        var leaves = 0
        func check(_ command: Command, _ path: [String]) {
            let children = (command.subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay != false }
            for child in children { check(child, path + [child.commandName]) }
            guard children.isEmpty else { return }
            leaves += 1
            #expect(
                command.discussion?.contains("edgeprof \(path.joined(separator: " "))") == true
                    || command.discussion?.contains("edgeprof \(path.first ?? "") ") == true,
                "\(path.joined(separator: " ")): \(command.discussion ?? "no discussion")"
            )
        }
        check(root, [])
        #expect(leaves > 25)
    }

    @Test func completionsAreMadeForEachShell() throws {
        for shell in ["bash", "zsh", "fish"] {
            let result = try Programs.run("edgeprof", ["--generate-completion-script", shell])
            #expect(result.status == 0 && result.output.contains("rank"), "\(shell)")
        }
    }

    /// Neither a terminal nor asked for: no output has control sequences, whatever NO_COLOR says.
    @Test func outputToAFileIsNeverColoured() throws {
        for environment in [[:], ["NO_COLOR": "1"], ["TERM": "xterm-256color"]] {
            let result = try Programs.run("edgeprof", ["models", "--format", "table"], environment: environment)
            #expect(result.status == 0 && !result.output.contains("\u{1b}"))
        }
    }
}
