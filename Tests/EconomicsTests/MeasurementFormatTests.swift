import EdgeprofAPI
import Foundation
import Testing

@testable import Economics

@Suite struct MeasurementFormatTests {
    static let document = """
        {"measurements":[{"model":"resnet18","tier":"small","throughputPerSecond":12,
        "latencyMilliseconds":{"p50":80,"p90":82,"p99":84},"peakRssMib":60,
        "accuracy":{"value":0.69494,"source":"given","images":null},"settings":"2x1","instances":2,
        "serviceTimeCv2":0.01,"runs":7,"counters":{"cycles":null},
        "hosts":[{"id":"pi","runs":[{"throughputPerSecond":12,"p50":80,"p90":82,"p99":84,"peakRssMib":60,"x":1}]}]}]}
        """

    @Test func readsWhatSummaryPrints() throws {
        let set = try decode(Self.document)
        let measurement = try #require(set.measurements.first)
        #expect(measurement.settings == TierMeasurement.Settings(label: "2x1"))
        #expect(measurement.instances == 2)
        #expect(measurement.hosts.first?.runs.first?.p99 == 84)
        #expect(measurement.basis == .measured)
        #expect(set.problems().isEmpty)
        #expect(try decode(String(decoding: try JSONEncoder().encode(set), as: UTF8.self)) == set)
    }

    @Test func settingsAreAnObjectOrAName() throws {
        let object = Self.document.replacingOccurrences(
            of: "\"2x1\",\"instances\":2",
            with: "{\"threads\":1,\"instances\":4,\"isa\":\"avx2\",\"plan\":\"fused\",\"later\":true}"
        )
        let measurement = try #require(try decode(object).measurements.first)
        #expect(measurement.instances == 4)
        #expect(measurement.settings?.description == "4 instances x 1 thread, avx2, fused")
        let data = try JSONEncoder().encode(measurement)
        #expect(try JSONDecoder().decode(TierMeasurement.self, from: data) == measurement)
    }

    @Test func everyTruncationIsAnErrorNotATrap() {
        let bytes = Array(Self.document.utf8)
        for length in stride(from: 0, to: bytes.count - 1, by: 3) {
            #expect(throws: (any Error).self) {
                try JSONDecoder().decode(MeasurementSet.self, from: Data(bytes[..<length]))
            }
        }
    }

    static let badValues: [BadValue<TierMeasurement>] = [
        BadValue("measurements[0].model", { $0.model = "" }),
        BadValue("measurements[0].tier", { $0.tier = "" }),
        BadValue("measurements[0].throughputPerSecond", { $0.throughputPerSecond = .nan }),
        BadValue("measurements[0].latencyMilliseconds.p50", { $0.latencyMilliseconds?.p50 = 0 }),
        BadValue("measurements[0].latencyMilliseconds", { $0.latencyMilliseconds?.p50 = 90 }),
        BadValue("measurements[0].peakRssMib", { $0.peakRssMib = -1 }),
        BadValue("measurements[0].instances", { $0.instances = 0 }),
        BadValue("measurements[0].serviceTimeCv2", { $0.serviceTimeCv2 = -0.1 }),
        BadValue("measurements[0].accuracy.value", { $0.accuracy?.value = 76 }),
        BadValue("measurements[0].accuracy.images", { $0.accuracy?.images = 0 }),
        BadValue("measurements[0].accuracy.interval", { $0.accuracy?.interval = [0.8, 0.9] }),
        BadValue("measurements[0].accuracy.interval", { $0.accuracy?.interval = [0.5] }),
        BadValue(
            "measurements[0].energy.joulesPerInference",
            { $0.energy = .init(joulesPerInference: -1, domain: .wall) }
        ),
        BadValue("measurements[0].hosts[1].id", { $0.hosts.append($0.hosts[0]) }),
        BadValue("measurements[0].hosts[0].runs", { $0.hosts[0].runs = [] }),
        BadValue(
            "measurements[0].hosts[0].runs[0].throughputPerSecond",
            { $0.hosts[0].runs[0].throughputPerSecond = 0 }
        ),
        BadValue("measurements[0].hosts[0].runs[0]", { $0.hosts[0].runs[0].p90 = 79 }),
    ]

    @Test(arguments: badValues)
    func rangesAreChecked(bad: BadValue<TierMeasurement>) throws {
        var set = try decode(Self.document)
        bad.change(&set.measurements[0])
        #expect(set.problems().map(\.path) == [bad.path])
    }

    @Test func theSameCandidateTwiceIsAProblem() throws {
        var set = try decode(Self.document)
        set.measurements.append(set.measurements[0])
        #expect(
            set.problems().map(\.description)
                == ["measurements[1]: has the same model, tier and settings as measurements[0]"]
        )
        set.measurements[1].settings = .init(label: "4x1")
        #expect(set.problems().isEmpty)
    }

    @Test func scriptsFindTheirNamesInARanking() throws {
        let data = try JSONEncoder().encode(try WorkedExample.rank { $0.value = nil })
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        let choice = try #require((object["choices"] as? [[String: Any]])?.first)
        let names = [
            "model", "tier", "feasible", "failed", "unitsPerSite", "utilisation", "capexUsd", "opexUsd", "tuningUsd",
            "tcoUsd", "valueUsd", "netValueUsd", "roi", "roiReason", "roiInterval", "pBest", "tieGroup",
            "usdPerMillionCorrect", "latencyUnderLoadMilliseconds", "settings", "basis", "pFeasible",
            "bestTierForModel", "accuracy",
        ]
        for name in names { #expect(choice[name] != nil, "\(name)") }
        #expect(choice["roi"] is NSNull)
        #expect(choice["roiReason"] as? String == "no value of an answer is given")
        #expect((choice["accuracy"] as? [String: Any])?["source"] as? String == "given")
    }

    @Test func scriptsFindTheirNamesInAPlan() throws {
        let data = try JSONEncoder().encode(try WorkedExample.plan())
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect((object["choice"] as? [String: Any])?["model"] as? String == "resnet50")
        #expect((object["frontier"] as? [Any])?.count == 2)
        #expect((object["breakEven"] as? [Any])?.count == 1)
        let none = try JSONEncoder().encode(try WorkedExample.plan { $0.hurdle = 1000 })
        let empty = try #require(try JSONSerialization.jsonObject(with: none) as? [String: Any])
        #expect(empty["choice"] is NSNull)
    }

    @Test func basisIsSpelledAsScriptsExpect() {
        #expect(TierMeasurement.Basis.allCases.map(\.rawValue) == ["measured", "burst", "stand-in", "predicted"])
    }

    private func decode(_ text: String) throws -> MeasurementSet {
        try JSONDecoder().decode(MeasurementSet.self, from: Data(text.utf8))
    }
}
