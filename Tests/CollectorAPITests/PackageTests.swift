import EdgeprofAPI
import Foundation
import Hummingbird
import ProcessTestSupport
import Testing

@testable import CollectorAPI

@Suite struct PackageTests {
    /// A folder of files, deleted with it.
    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "edgeprof-packages-" + UUID().uuidString

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            for (name, text) in files { try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name)) }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    // printf new | sha256sum
    private let newSHA256 = "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"

    @Test func theNewestOfEachArchitectureIsHandedOut() async throws {
        let folder = try Folder([
            "edgeprof-agent_0.9.0_amd64.deb": "old", "edgeprof-agent_0.10.0_amd64.deb": "new",
            "edgeprof-agent_0.1.0_arm64.deb": "arm", "edgeprof_0.10.0_amd64.deb": "cli", "notes.txt": "",
        ])
        let harness = try await Harness(
            packages: try AgentPackages(folder: folder.path),
            publicURL: "https://x.example"
        )
        try await harness.requests { client in
            let package = try await client.send(.get, "/packages/edgeprof-agent_0.10.0_amd64.deb")
            #expect(package.status == 200)
            #expect(String(decoding: package.data, as: UTF8.self) == "new")
            let sums = String(decoding: try await client.send(.get, "/packages/SHA256SUMS").data, as: UTF8.self)
            #expect(sums.split(separator: "\n").count == 2)
            #expect(sums.hasPrefix(newSHA256 + "  edgeprof-agent_0.10.0_amd64.deb\n"))
            for name in ["edgeprof-agent_0.9.0_amd64.deb", "edgeprof_0.10.0_amd64.deb", "notes.txt", "..%2Fnotes.txt"] {
                #expect(try await client.send(.get, "/packages/" + name).status == 404)
            }
        }
    }

    @Test func theScriptNamesCollectorPackageAndHash() async throws {
        let folder = try Folder(["edgeprof-agent_0.10.0_amd64.deb": "new"])
        let packages = try AgentPackages(folder: folder.path)
        let harness = try await Harness(packages: packages, publicURL: "https://x.example")
        try await harness.requests { client in
            let script = String(decoding: try await client.send(.get, "/install.sh").data, as: UTF8.self)
            #expect(script.contains("collector=https://x.example\n"))
            #expect(script.contains("amd64) file=edgeprof-agent_0.10.0_amd64.deb sha256=\(newSHA256) ;;"))
            let path = folder.path + "/install.sh"
            try Data(script.utf8).write(to: URL(fileURLWithPath: path))
            for (shell, arguments) in [("/bin/sh", ["-n", path]), ("/bin/bash", ["--posix", "-n", path])] {
                #expect(try TestProcess(shell, arguments).wait() == 0)
            }
        }
    }

    @Test func aScriptCutShortDoesNothing() throws {
        let folder = try Folder(["edgeprof-agent_0.10.0_amd64.deb": "new"])
        let script = InstallScript(
            collector: "https://x.example",
            packages: try AgentPackages(folder: folder.path).packages
        ).text
        let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
        let lastCall = try #require(lines.lastIndex { $0.hasPrefix("install_agent ") })
        // Before the call of its last line there are comments, one setting and one function.
        #expect(lines[..<lastCall].allSatisfy { $0.isEmpty || "# }set -euinstall_agent() {".contains($0.prefix(1)) })
    }

    @Test func withoutPackagesItSaysHowToHaveThem() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let answer = try await client.send(.get, "/install.sh")
            #expect(answer.status == 404)
            #expect(try answer.problem().detail?.contains("--packages FOLDER") == true)
        }
    }

    @Test(arguments: [
        "edgeprof-agent_1_$(id).deb", "edgeprof-agent_1;id_amd64.deb", "edgeprof-agent__amd64.deb",
        "edgeprof-agent_1_.deb",
        "edgeprof-agent_1_amd64", "edgeprof-agent_1_2_amd64.deb", "edgeprof-agent_1_ämd64.deb",
    ])
    func namesThatAShellWouldReadAreNoPackages(_ file: String) {
        #expect(AgentPackages.parts(file) == nil)
    }

    @Test func aFolderThatIsNotThereIsAnError() {
        #expect(throws: (any Error).self) { try AgentPackages(folder: "/nonexistent") }
    }
}
