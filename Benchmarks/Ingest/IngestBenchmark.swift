import EdgeprofAPI
import Foundation
import WireJSON

/// Simulated agents against a collector on this machine; `ingest.py` starts one and looks into its store afterwards.
@main
struct IngestBenchmark {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        func option(_ name: String, _ fallback: String) -> String {
            arguments.firstIndex(of: "--" + name).map { arguments[$0 + 1] } ?? fallback
        }
        let server = Server(
            port: UInt16(option("port", "0")) ?? 0,
            tls: arguments.contains("--tls") ? try TLSSession.context() : nil
        )
        switch arguments.first {
        case "load":
            Load(
                server: server,
                admin: option("admin", ""),
                connections: Int(option("connections", "64")) ?? 64,
                seconds: Double(option("seconds", "60")) ?? 60,
                rate: Double(option("rate", "0")) ?? 0,
                isGzip: arguments.contains("--gzip"),
                report: option("report", "report.json")
            ).run()
        case "storm":
            Storm(
                server: server,
                admin: option("admin", ""),
                agents: Int(option("agents", "10000")) ?? 10_000,
                withinSeconds: Double(option("seconds", "10")) ?? 10,
                report: option("report", "report.json")
            ).run()
        case "decode": try decode()
        default: Fleet.fail("usage: ingest-benchmark load|storm|decode --port N --admin TOKEN …")
        }
    }

    /// What decoding one run takes, with `JSONDecoder` and with the collector's own.
    private static func decode() throws {
        var samples = SampleRuns(seed: 1)
        let bodies = (0..<50).map { index in
            let run = samples.run(
                model: index,
                host: index,
                agentId: UUIDv7.make(at: Fleet.now()),
                id: UUIDv7.make(at: Fleet.now()),
                at: Fleet.now()
            )
            return Fleet.json(RunBatch(runs: [run]))
        }
        print("bytes \(bodies[0].count)")
        for round in 0..<3 {
            var start = Fleet.seconds()
            for body in bodies { _ = try JSONDecoder().decode(RunBatch.self, from: Data(body)) }
            let slow = (Fleet.seconds() - start) / 50
            start = Fleet.seconds()
            for _ in 0..<10 { for body in bodies { _ = try WireJSON.decode(RunBatch.self, from: body) } }
            let fast = (Fleet.seconds() - start) / 500
            print(String(format: "round \(round): JSONDecoder %.3f ms, WireJSON %.3f ms", slow * 1e3, fast * 1e3))
        }
    }
}
