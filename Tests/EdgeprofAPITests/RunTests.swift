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

    @Test func warmUpSurvivesJSON() throws {
        for tail in Run.WarmUp.Tail.allCases + [nil] {
            let warmUp = Run.WarmUp(seconds: 31.5, queries: 7, isSettled: true, tail: tail)
            #expect(try JSONDecoder().decode(Run.WarmUp.self, from: JSONEncoder().encode(warmUp)) == warmUp)
        }
    }

    @Test func settlingIsBoundedAndOptional() throws {
        let older = #"{"threads":1,"instances":1,"plan":"fused","scenario":"offline","durationSeconds":5}"#
        #expect(try JSONDecoder().decode(MeasurementSettings.self, from: Data(older.utf8)).settleSeconds == nil)
        #expect(JobSettings(settleSeconds: 600).resolved(usableCpus: 1).settleSeconds == 600)
        for sound in [0, 3600, nil] as [Double?] {
            #expect(MeasurementSettings(settleSeconds: sound).problems().isEmpty)
        }
        for bad in [-1, 3601, .nan, .infinity] {
            let problems = MeasurementSettings(settleSeconds: bad).problems()
            #expect(problems.count == 1 && problems[0].contains("must be 0 to 3600"))
        }
    }

    /// Runs of versions that knew no roofline, no heat and no load.
    @Test func olderRunsAreRead() throws {
        var object = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(run)) as? [String: Any]
        )
        for name in ["roofline", "warmUp", "heat", "load"] { object[name] = nil }
        var layers = try #require(object["layers"] as? [[String: Any]])
        layers[0]["rooflineShare"] = nil
        layers[0]["boundBy"] = nil
        object["layers"] = layers
        let older = try JSONDecoder().decode(Run.self, from: JSONSerialization.data(withJSONObject: object))
        #expect(older.heat == nil && older.load == nil && older.warmUp == nil)
        #expect(older.roofline == nil && older.layers?.first?.rooflineShare == nil && older.layers?.first?.macs == 1)
    }

    @Test func onlyAKnownShareIsJudged() {
        #expect(run.roofline?.isEngineLimited == true)
        #expect(Run.Roofline(absent: "why").isEngineLimited == nil)
    }
}
