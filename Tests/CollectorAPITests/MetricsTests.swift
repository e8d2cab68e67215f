import CollectorStore
import EdgeprofAPI
import Foundation
import Hummingbird
import HummingbirdTesting
import ProcessTestSupport
import Testing

@testable import CollectorAPI

/// What the collector tells a Prometheus server.
@Suite struct MetricsTests {
    private static let requestID = HTTPFields.Element.Name("X-Request-Id")

    private func scrape(_ client: Client, accept: String? = nil) async throws -> (text: String, type: String?) {
        var headers: HTTPFields = [.authorization: "Bearer \(client.harness.viewer.text)"]
        if let accept { headers[.accept] = accept }
        let answer = try await client.client.execute(uri: "/metrics", method: .get, headers: headers, body: nil)
        #expect(answer.status == .ok)
        return (String(buffer: answer.body), answer.headers[.contentType])
    }

    @Test func requestsRunsAndTransactionsAreCounted() async throws {
        let harness = try await Harness()
        let run = Run.sample(agentId: nil)
        try await harness.requests { client in
            for _ in 0..<2 {
                _ = try await client.send(.post, "/v1/runs", as: harness.admin.text, json: RunBatch(runs: [run]))
            }
            _ = try await client.get("/v1/runs/\(run.id)")
            _ = try await client.get("/v1/runs/none")
            for path in ["/a", "/b", "/v1/x"] { _ = try await client.get(path) }
            _ = try await client.send(HTTPRequest.Method("BREW") ?? .trace, "/coffee")
            let (text, type) = try await scrape(client, accept: "application/openmetrics-text;version=1.0.0,*/*;q=0.1")
            #expect(type == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            for line in [
                #"edgeprof_http_request_duration_seconds_count{route="/v1/runs",method="POST",status="200"} 2"#,
                #"edgeprof_http_request_duration_seconds_count{route="/v1/runs/{id}",method="GET",status="200"} 1"#,
                #"edgeprof_http_request_duration_seconds_count{route="/v1/runs/{id}",method="GET",status="404"} 1"#,
                #"edgeprof_http_request_duration_seconds_count{route="unmatched",method="GET",status="404"} 3"#,
                #"edgeprof_http_request_duration_seconds_count{route="unmatched",method="other",status="404"} 1"#,
                #"edgeprof_runs_uploaded_total{result="stored"} 1"#,
                #"edgeprof_runs_uploaded_total{result="duplicate"} 1"#,
                #"edgeprof_runs_uploaded_total{result="rejected"} 0"#, "edgeprof_http_requests_in_flight 1",
                #"edgeprof_build_info{version="\#(Edgeprof.version)"} 1"#,
                #"edgeprof_http_refused_total{limit="slow_header"} 0"#, "edgeprof_store_data_version 1",
            ] {
                #expect(text.contains("\n" + line + "\n"), "\(line) is not in \(text)")
            }
            #expect(text.hasSuffix("\n# EOF\n") && !text.contains("\n\n"))
            #expect(
                !text.contains(run.id)
                    && !text.contains("edgeprof_store_transaction_duration_seconds_sum{kind=\"write\"} 0\n")
            )
            let resident = text.split(separator: "\n").first { $0.hasPrefix("process_resident_memory_bytes ") }
            #expect((resident?.split(separator: " ").last.flatMap { Double($0) } ?? 0) > 1e6)
        }
    }

    @Test func olderScrapersGetTheOlderFormat() async throws {
        let harness = try await Harness()
        try await harness.requests { client in
            let (text, type) = try await scrape(client)
            #expect(type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(text.contains("# TYPE edgeprof_runs_uploaded_total counter\n") && !text.contains("# EOF"))
            #expect(text.contains("# TYPE edgeprof_build_info gauge\n"))
        }
    }

    @Test func bucketsAreCumulative() {
        var histogram = DurationHistogram()
        for seconds in [0.0005, 0.001, 0.3, 100] { histogram.observe(seconds: seconds) }
        var text = MetricText(.openMetrics)
        text.histogram("x", [("a", "q\"\\\n")], histogram)
        let lines = text.finished().split(separator: "\n")
        #expect(lines.first == #"x_bucket{a="q\"\\\n",le="0.001"} 2"#)
        #expect(
            lines.contains(#"x_bucket{a="q\"\\\n",le="0.25"} 2"#)
                && lines.contains(#"x_bucket{a="q\"\\\n",le="0.5"} 3"#)
        )
        #expect(
            lines.contains(#"x_bucket{a="q\"\\\n",le="60.0"} 3"#)
                && lines.contains(#"x_bucket{a="q\"\\\n",le="+Inf"} 4"#)
        )
        #expect(lines.contains(#"x_count{a="q\"\\\n"} 4"#))
        var older = MetricText(.prometheus)
        older.histogram("x", [], histogram)
        #expect(older.finished().contains("x_bucket{le=\"60\"} 3\n"))
    }

    @Test(arguments: [false, true])
    func clientsOnThisMachineNeedNoTokenWhereThatIsAllowed(isAllowed: Bool) async throws {
        let harness = try await Harness(metricsOnLoopback: isAllowed)
        try await harness.application().test(.live) { client in
            let answer = try await client.execute(uri: "/metrics", method: .get)
            #expect(answer.status == (isAllowed ? .ok : .unauthorized))
            let name = try #require(HTTPFields.Element.Name("X-Forwarded-For"))
            let passedOn = try await client.execute(uri: "/metrics", method: .get, headers: [name: "192.0.2.1"])
            #expect(passedOn.status == .unauthorized)
        }
    }

    @Test(arguments: [
        ("abcdef01-2345", true), ("x", false), ("a b c d e f g h", false), (String(repeating: "a", count: 65), false),
        ("<script>alert(1)", false),
    ])
    func aSaneRequestIdIsKept(id: String, isSane: Bool) async throws {
        let harness = try await Harness()
        let name = try #require(Self.requestID)
        try await harness.application().test(.live) { client in
            let answer = try await client.execute(uri: "/healthz", method: .get, headers: [name: id])
            #expect(answer.status == .ok)
            #expect(harness.log.text.contains("hb.request.id=\(id)\n") == isSane)
        }
    }

    /// Debian's `prometheus`, unpacked or installed.
    private static let promtool = ["/usr/bin/promtool", ProcessInfo.processInfo.environment["PROMTOOL"] ?? ""]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(.enabled(if: promtool != nil, "needs promtool of Debian's package prometheus, or PROMTOOL"))
    func prometheusFindsNoFault() async throws {
        let harness = try await Harness()
        let text = try await harness.requests { client in try await scrape(client).text }
        let (input, output) = (Pipe(), Pipe())
        let process = try TestProcess(
            try #require(Self.promtool),
            ["check", "metrics"],
            input: .pipe(input),
            output: .pipe(output),
            errors: .pipe(output)
        )
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let complaints = try String(decoding: output.fileHandleForReading.dataToEnd(), as: UTF8.self)
        #expect(process.wait() == 0 && complaints.isEmpty, "\(complaints)")
    }
}
