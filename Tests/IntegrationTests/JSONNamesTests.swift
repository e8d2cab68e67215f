import Foundation
import Testing

/// The names in the JSON that scripts rely on: each is there in every element, `null` where nothing is known.
@Suite struct JSONNamesTests {
    private typealias Object = [String: Any]

    private func json(_ arguments: [String], environment: [String: String] = [:]) throws -> Object {
        let result = try Programs.run("edgeprof", arguments, environment: environment)
        try #require(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? Object)
    }

    private func expect(_ names: [String], in object: Object, location: SourceLocation = #_sourceLocation) {
        #expect(names.filter { object[$0] == nil } == [], "missing", sourceLocation: location)
    }

    /// The objects in a list, of which there is at least one, after each was looked through for the names.
    @discardableResult
    private func expect(
        _ names: [String],
        inEachOf list: String,
        of object: Object,
        location: SourceLocation = #_sourceLocation
    ) throws -> [Object] {
        let elements = try #require(object[list] as? [Object], "no list \(list)", sourceLocation: location)
        #expect(!elements.isEmpty, "\(list) is empty", sourceLocation: location)
        for element in elements { expect(names, in: element, location: location) }
        return elements
    }

    @Test func ofModels() throws {
        let models = try expect(
            [
                "name", "family", "parameters", "macs", "memoryAccessBytes", "int8Bytes", "arenaBytes", "publishedTop1",
            ],
            inEachOf: "models",
            of: try json(["models"])
        )
        for model in models {
            expect(["value", "precision", "source"], in: try #require(model["publishedTop1"] as? Object))
        }
    }

    @Test func ofDoctorAndKernels() throws {
        let capabilities = try expect(
            ["name", "status", "reason", "remedy"],
            inEachOf: "capabilities",
            of: try json(["doctor"])
        )
        let statuses = Set(capabilities.compactMap { $0["status"] as? String })
        #expect(statuses.isSubset(of: ["ok", "denied", "absent"]))
        let kernels = try json(["kernels"])
        #expect(kernels["selected"] is String)
        try expect(["name", "isa", "usable", "reason"], inEachOf: "kernels", of: kernels)
    }

    @Test func ofProfile() throws {
        let folder = try TemporaryFolder()
        let runs = try expect(
            [
                "schemaVersion", "id", "agentId", "jobId", "startedAt", "host", "outcome", "model", "threads",
                "instances", "isa", "plan", "scenario", "latencyNanoseconds", "throughputPerSecond", "memory",
                "counters", "energy", "flags", "roofline", "layers",
            ],
            inEachOf: "runs",
            of: try json(
                ["profile", "squeezenet1_1", "--duration", "100ms"],
                environment: ["XDG_CACHE_HOME": folder.path("cache")]
            )
        )
        let run = try #require(runs.first)
        expect(["name", "sha256"], in: try #require(run["model"] as? Object))
        expect(["p50", "p90", "p99", "min", "count"], in: try #require(run["latencyNanoseconds"] as? Object))
        expect(["peakRssBytes", "loadPeakRssBytes", "arenaBytes"], in: try #require(run["memory"] as? Object))
        try expect(["name", "availability", "reason", "value", "liveFraction"], inEachOf: "counters", of: run)
    }

    @Test func ofRankAndSummary() throws {
        let folder = try TemporaryFolder()
        let tiers = """
            tiers:
              - {id: box, price_usd: 300, memory_mib: 8192, os_reserve_mib: 500, idle_watts: 5, active_watts: 20,
                 maintenance_per_year: 0.1, match: {label: {kind: box}}}
            """
        // One choice that can be had and one that cannot, and no value given: then there is no ROI.
        let deployment = """
            name: test
            demand: {inferences_per_second: 5, duty: 0.5, sites: 10, arrivals: poisson}
            slo: {percentile: 99, milliseconds: 200}
            accuracy_floor: 0.5
            years: 3
            discount: 0.08
            usd_per_kwh: 0.15
            headroom: 0.3
            """
        let row = { (model: String, milliseconds: Int) in
            """
            {"model": "\(model)", "family": "resnet", "tier": "box", "instances": 1, "throughputPerSecond": 50,
             "latencyMilliseconds": {"p50": \(milliseconds), "p90": \(milliseconds), "p99": \(milliseconds)},
             "serviceTimeCv2": 0.1, "peakRssMib": 50, "basis": "measured", "flags": [], "hosts": [],
             "settings": {"threads": 1, "instances": 1, "isa": "avx2", "plan": "fused"},
             "accuracy": {"value": 0.7, "source": "measured", "images": 50000}}
            """
        }
        let measurements = "{\"measurements\": [\(row("resnet18", 20)), \(row("resnet50", 900))]}"
        let ranking = try json([
            "rank", "--deployment", try folder.write(deployment, to: "d.yaml"),
            "--tiers", try folder.write(tiers, to: "t.yaml"),
            "--measurements", try folder.write(measurements, to: "m.json"),
        ])
        let choices = try expect(
            [
                "model", "tier", "feasible", "failed", "unitsPerSite", "utilisation", "capexUsd", "opexUsd",
                "tuningUsd", "tcoUsd", "valueUsd", "netValueUsd", "roi", "roiInterval", "pBest", "tieGroup",
                "usdPerMillionCorrect", "latencyUnderLoadMilliseconds", "settings", "basis", "pFeasible",
                "bestTierForModel", "accuracy", "rooflineShare", "engineLimited",
            ],
            inEachOf: "choices",
            of: ranking
        )
        // These measurements name no shares.
        let equalShare = try #require(ranking["equalShare"] as? Object)
        expect(["orderSurvives", "first", "message"], in: equalShare)
        #expect(equalShare["orderSurvives"] is NSNull && equalShare["first"] is NSNull)
        #expect(choices.map { $0["feasible"] as? Bool } == [true, false], "feasible first")
        #expect(choices[0]["roi"] is NSNull, "no value is given, so there is no ROI")
        for choice in choices { expect(["value", "source"], in: try #require(choice["accuracy"] as? Object)) }

        let collector = try Collector()
        defer { collector.stop() }
        let summary = try collector.edgeprof("summary")
        let object = try JSONSerialization.jsonObject(with: Data(summary.output.utf8)) as? Object
        #expect(object?["measurements"] is [Any])
    }
}
