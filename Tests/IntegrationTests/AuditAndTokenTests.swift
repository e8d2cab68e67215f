import EdgeprofAPI
import Foundation
import Testing

/// What administrators see of tokens and of each other's acts, with the real programs.
@Suite struct AuditAndTokenTests {
    private func decode<Value: Decodable>(_ result: Programs.Result) throws -> Value {
        try #require(result.status == 0, "\(result.errors)\(result.output)")
        return try JSONDecoder().decode(Value.self, from: Data(result.output.utf8))
    }

    private func enroll(_ collector: Collector) throws -> String {
        let file = collector.folder.path("enrolment-token")
        let made = try collector.edgeprof("tokens", "create", "--role", "enrollment", "--output", file)
        try #require(made.status == 0, "\(made.errors)")
        let enrolled = try Programs.run(
            "edgeprof-agent",
            [
                "enroll", "--collector", collector.url, "--token-file", file, "--state-dir",
                collector.folder.path("box"), "--name", "box",
            ]
        )
        try #require(enrolled.status == 0, "\(enrolled.errors)")
        let list: AgentList = try decode(collector.edgeprof("agents", "list"))
        return try #require(list.agents.first { $0.name == "box" }).id
    }

    @Test func agentsTokensAreListedWhereAskedFor() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let agent = try enroll(collector)
        let people: TokenList = try decode(collector.edgeprof("tokens", "list"))
        #expect(Set(people.tokens.map(\.role)) == [.admin, .enrollment])
        let all: TokenList = try decode(collector.edgeprof("tokens", "list", "--agents"))
        let own = all.tokens.filter { $0.role == .agent }
        #expect(own.map(\.agentId) == [agent] && own.allSatisfy { $0.expiresAt != nil })
        #expect(all.tokens.filter { $0.role != .agent }.map(\.id) == people.tokens.map(\.id))
        let table = try collector.edgeprof("tokens", "list", "--agents", "--format", "csv")
        #expect(table.output.split(whereSeparator: \.isNewline).count == all.tokens.count + 1)
        for secret in ["edgeprof_admin_", "edgeprof_agent_"] { #expect(!table.output.contains(secret)) }
    }

    @Test func actsAreListedNewestFirst() throws {
        let collector = try Collector()
        defer { collector.stop() }
        let agent = try enroll(collector)
        let labelled = try collector.edgeprof("agents", "label", agent, "kind=test")
        try #require(labelled.status == 0, "\(labelled.errors)")
        #expect(try collector.edgeprof("tokens", "revoke", UUID().uuidString.lowercased()).status == 1)

        let page: AuditPage = try decode(collector.edgeprof("audit", "list"))
        #expect(
            page.entries.map(\.action) == ["DELETE /v1/tokens/:id", "PUT /v1/agents/:id/labels", "POST /v1/tokens"]
        )
        #expect(page.entries.map(\.status) == [404, 200, 201] && page.nextCursor == nil)
        #expect(page.entries[1].target == agent)
        let tokens: TokenList = try decode(collector.edgeprof("tokens", "list"))
        let admin = try #require(tokens.tokens.first { $0.role == .admin })
        #expect(page.entries.allSatisfy { $0.tokenId == admin.id && $0.client == "127.0.0.1" })

        let latest: AuditPage = try decode(collector.edgeprof("audit", "list", "--limit", "2"))
        #expect(latest.entries == Array(page.entries.prefix(2)) && latest.nextCursor != nil)
        let table = try collector.edgeprof("audit", "list", "--format", "csv")
        let lines = table.output.split(whereSeparator: \.isNewline)
        #expect(lines.count == 4 && lines[0].hasPrefix("at,token,from,act,target"))
        #expect(lines[2].contains(agent) && lines[2].contains("PUT /v1/agents/:id/labels"))
        for limit in ["0", "100001", "x"] {
            #expect(try collector.edgeprof("audit", "list", "--limit", limit).status == 2, "\(limit)")
        }
    }
}
