import EdgeprofAPI
import Foundation
import Testing

@Suite struct RunTests {
    private let run = Run(
        id: UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 1_795_365_000_000)),
        startedAt: Timestamp(millisecondsSinceEpoch: 1_795_365_000_000),
        host: HostFacts(
            hostname: "h",
            architecture: "x86_64",
            cpuModel: "c",
            board: nil,
            kernel: "6",
            operatingSystem: "d",
            usableCpus: 1,
            onlineCpus: 1,
            memoryBytes: 1,
            isa: "avx2",
            cacheBytes: [:]
        ),
        outcome: .ok,
        model: Run.ModelReference(name: "m", sha256: ""),
        threads: 1,
        instances: 1,
        isa: "avx2",
        plan: .fused,
        scenario: .singleStream,
        flags: [.engineLimited],
        roofline: Run.Roofline(
            share: 0.4,
            allowedNanoseconds: 5,
            boundBy: .l2,
            peakMacsPerSecond: 1e11,
            bandwidths: [.init(level: .memory, bytesPerSecond: 1e10)]
        ),
        layers: [
            Run.Layer(
                name: "a",
                operation: "b",
                shape: "c",
                macs: 1,
                memoryAccessBytes: 2,
                nanoseconds: 3,
                rooflineShare: 0.5,
                boundBy: .compute
            )
        ],
        producer: "p"
    )

    @Test func survivesJSON() throws {
        let data = try JSONEncoder().encode(run)
        #expect(try JSONDecoder().decode(Run.self, from: data) == run)
        let text = String(decoding: data, as: UTF8.self)
        for name in ["\"share\"", "\"rooflineShare\"", "\"boundBy\"", "\"engine-limited\""] {
            #expect(text.contains(name))
        }
    }

    /// Runs of versions that knew no roofline.
    @Test func olderRunsAreRead() throws {
        var object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(run)) as? [String: Any]
        )
        object["roofline"] = nil
        var layers = try #require(object["layers"] as? [[String: Any]])
        layers[0]["rooflineShare"] = nil
        layers[0]["boundBy"] = nil
        object["layers"] = layers
        let older = try JSONDecoder().decode(Run.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(older.roofline == nil && older.layers?.first?.rooflineShare == nil && older.layers?.first?.macs == 1)
    }

    @Test func onlyAKnownShareIsJudged() {
        #expect(run.roofline?.isEngineLimited == true)
        #expect(Run.Roofline(absent: "why").isEngineLimited == nil)
    }
}
