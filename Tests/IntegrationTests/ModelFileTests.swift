import EdgeprofAPI
import Foundation
import ProcessTestSupport
import Testing

/// A model's file and its zoo name are one model to every command.
@Suite struct ModelFileTests {
    private typealias Object = [String: Any]
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func run(_ arguments: String...) throws -> Programs.Result {
        try Programs.run("edgeprof", arguments, environment: ["XDG_CACHE_HOME": folder.path("cache")])
    }

    private func json(_ result: Programs.Result) throws -> Object {
        try #require(result.status == 0, "\(result.errors)")
        return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? Object)
    }

    private func export(_ model: String, as name: String, _ more: String...) throws -> String {
        let path = folder.path(name)
        let result = try Programs.run("edgeprof", ["export", model, "-o", path] + more)
        try #require(result.status == 0, "\(result.errors)")
        #expect(result.output.isEmpty && result.errors.isEmpty)
        return path
    }

    @Test func theExportedFileIsTheModelRunsName() throws {
        let path = try export("shufflenet_v2_x0_5", as: "mine.onnx")
        let profiled = try run("profile", "shufflenet_v2_x0_5", path, "--duration", "100ms", "--layers")
        try #require(profiled.status == 0, "\(profiled.errors)")
        let runs = try JSONDecoder().decode(RunList.self, from: Data(profiled.output.utf8)).runs
        try #require(runs.count == 2)
        #expect(runs.map(\.outcome) == [.ok, .ok])
        #expect(runs.map(\.model.sha256) == Array(repeating: try Programs.sha256sum(path), count: 2))
        #expect(runs.map(\.model.name) == ["shufflenet_v2_x0_5", "mine"])
        #expect(runs.map(\.model.source) == [.zoo, .file])
        #expect(runs[0].layers?.map(\.name) == runs[1].layers?.map(\.name))
        #expect(runs[0].memory?.arenaBytes == runs[1].memory?.arenaBytes)
    }

    @Test(arguments: ["densenet121", "mobilenet_v2+ssdlite"]) func inspectionOfTheFileIsTheNames(model: String) throws {
        let path = try export(model, as: "mine.onnx")
        let byName = try json(run("inspect", model, "--json"))
        let byFile = try json(run("inspect", path, "--json"))
        var totals = try [byName, byFile].map { try #require($0["totals"] as? Object) }
        // Folding leaves one of a batch normalization's two numbers a channel.
        let parameters = try totals.map { try #require($0["parameters"] as? Int) }
        #expect(parameters[1] < parameters[0] && Double(parameters[1]) > 0.99 * Double(parameters[0]))
        for index in totals.indices { totals[index]["parameters"] = nil }
        #expect(totals[0] as NSDictionary == totals[1] as NSDictionary)
        #expect(byFile["family"] is NSNull && byFile["model"] as? String == "mine")
        #expect(byFile["inputShape"] as? String == byName["inputShape"] as? String)
        let costly = try [byName, byFile].map { report in
            try #require(report["layers"] as? [Object]).filter { $0["macs"] as? Int != 0 }
        }
        for key in ["name", "operation", "outputShape", "section"] {
            #expect(costly[0].map { "\($0[key] ?? "")" } == costly[1].map { "\($0[key] ?? "")" })
        }
        #expect(costly[0].map { $0["macs"] as? Int } == costly[1].map { $0["macs"] as? Int })
    }

    @Test func headsAreMeasuredApart() throws {
        let report = try json(run("profile", "mobilenet_v2+ssdlite", "--duration", "100ms", "--layers"))
        let run = try #require((report["runs"] as? [Object])?.first)
        let layers = try #require(run["layers"] as? [Object])
        let sections = try #require(run["sections"] as? [Object])
        #expect(sections.map { $0["name"] as? String } == ["backbone", "head"])
        for section in sections {
            let own = layers.filter { $0["section"] as? String == section["name"] as? String }
            for key in ["nanoseconds", "macs", "memoryAccessBytes"] {
                #expect(own.reduce(0) { $0 + ($1[key] as? Int ?? 0) } == section[key] as? Int)
            }
            #expect(section["macs"] as? Int ?? 0 > 0)
        }
        #expect(layers.allSatisfy { $0["section"] is String })
        let table = try self.run(
            "profile",
            "mobilenet_v2+ssdlite",
            "--duration",
            "100ms",
            "--layers",
            "--format",
            "table"
        )
        #expect(table.output.contains("\nbackbone: ") && table.output.contains("\nhead: "))
    }

    @Test func otherSeedsAreOtherModels() throws {
        let paths = [
            try export("squeezenet1_1", as: "a.onnx"), try export("squeezenet1_1", as: "b.onnx", "--seed", "0"),
            try export("squeezenet1_1", as: "c.onnx", "--seed", "1"),
            try export("squeezenet1_1", as: "d.onnx", "--image-size", "96x128", "--batch", "2"),
        ]
        let hashes = try paths.map(Programs.sha256sum)
        #expect(hashes[0] == hashes[1])
        #expect(Set(hashes).count == 3)
        let shape = try json(run("inspect", paths[3], "--json"))["inputShape"]
        #expect(shape as? String == "2x3x96x128")
        // Replaced whole, and nothing is left beside it.
        _ = try export("squeezenet1_1", as: "c.onnx")
        #expect(try Programs.sha256sum(paths[2]) == hashes[0])
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path("."))
        #expect(Set(left).isSubset(of: ["a.onnx", "b.onnx", "c.onnx", "d.onnx", "cache"]))
    }

    @Test func floatFilesAreRefusedInOneLine() throws {
        let path = try export("squeezenet1_1", as: "float.onnx", "--float")
        for command in ["inspect", "profile"] {
            let result = try run(command, path)
            #expect(result.status == 1)
            #expect(result.errorLines.count == 1 && result.errors.contains("edgeprof quantize"), "\(result.errors)")
        }
    }

    @Test func whatIsNoModelIsRefusedInOneLine() throws {
        let garbage = try folder.write("not a model", to: "garbage.onnx")
        for command in ["inspect", "profile"] {
            for path in [garbage, "/nowhere/m.onnx", folder.path(".") + "/"] {
                let result = try run(command, path)
                #expect(result.status == 1 && result.output.isEmpty)
                #expect(result.errorLines.count == 1, "\(result.errors)")
            }
        }
        for arguments in [
            ["export", "resnet18", "-o", "/nowhere/m.onnx"], ["export", "resnet19", "-o", folder.path("x.onnx")],
            ["export", "resnet18", "-o", folder.path("x.onnx"), "--image-size", "8x8"],
        ] {
            let result = try Programs.run("edgeprof", arguments)
            #expect(result.status == 1 && result.errorLines.count == 1, "\(result.errors)")
        }
        for arguments in [
            ["export", "resnet18"], ["export", "resnet18", "-o", "x", "--image-size", "axb"],
            ["export", "resnet18", "-o", "x", "--batch", "0"],
        ] {
            #expect(try Programs.run("edgeprof", arguments).status == 2)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("x.onnx")))
    }

    @Test func headsAreListedApart() throws {
        let heads = try #require(try json(run("models", "--heads"))["models"] as? [Object])
        #expect(heads.count == 18)
        for model in heads {
            let (all, head) = (model["macs"] as? Int ?? 0, model["headMacs"] as? Int ?? 0)
            #expect(0 < head && head < all)
        }
        let models = try #require(try json(run("models"))["models"] as? [Object])
        #expect(models.count == 19 && models.allSatisfy { $0["headMacs"] == nil })
    }
}
