import EdgeprofAPI
import Foundation
import Testing

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// `edgeprof run` and `edgeprof evaluate` as real processes, and what a collector makes of an accuracy.
@Suite struct EvaluationTests {
    private let model = "squeezenet1_1"

    /// An .npy file.
    private func npy(_ type: String, _ shape: [Int], _ elements: Data) -> Data {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }\n"
        return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)) + elements
    }

    /// Numbers between −2 and 2, the same every time.
    private func input(_ count: Int, seed: UInt64) -> Data {
        var state = seed
        var data = Data()
        for _ in 0..<count {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            withUnsafeBytes(of: Float(state >> 40) / Float(1 << 22) - 2) { data.append(contentsOf: $0) }
        }
        return data
    }

    private func save(_ data: Data, _ name: String, _ folder: TemporaryFolder) throws -> String {
        try data.write(to: URL(fileURLWithPath: folder.path(name)))
        return folder.path(name)
    }

    private func edgeprof(_ arguments: [String]) throws -> Programs.Result { try Programs.run("edgeprof", arguments) }

    private func elements(_ path: String) throws -> Data {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return Data(data.dropFirst(10 + Int(data[8]) + Int(data[9]) << 8))
    }

    @Test func aRunDoesNotDependOnHowItIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let one = 3 * 224 * 224
        let first = input(one, seed: 1)
        let second = input(one, seed: 2)
        let single = try save(npy("<f4", [1, 3, 224, 224], second), "single.npy", folder)
        let double = try save(npy("<f4", [2, 3, 224, 224], first + second), "double.npy", folder)
        func run(_ input: String, _ options: [String] = []) throws -> Data {
            let result = try edgeprof(["run", model, "--input", input, "--output", folder.path("y.npy")] + options)
            try #require(result.status == 0, "\(result.errors)")
            #expect(result.output.isEmpty && result.errors.isEmpty)
            return try elements(folder.path("y.npy"))
        }
        let expected = try run(single)
        #expect(expected.count == 4000)
        #expect(Set(expected).count > 10)
        for options in [["--isa", "portable"], ["--threads", "3"], ["--isa", "avx2", "--threads", "2"]] {
            #expect(try run(single, options) == expected, "\(options)")
        }
        #expect(try run("input=" + single) == expected)
        #expect(try Data(run(double).suffix(4000)) == expected)
        #expect(try run(single, ["--plan", "naive"]).count == 4000)

        // Stored integers out, and in again: what the input holds is what float32 is quantized to.
        let raw = try edgeprof([
            "run", model, "--raw", "--input", single, "--output", folder.path("raw.npy"),
        ])
        #expect(raw.status == 1 && raw.errors.contains("uint8"))
        let pixels = try save(npy("|u1", [1, 3, 224, 224], Data(repeating: 128, count: one)), "u8.npy", folder)
        #expect(try run(pixels, ["--raw"]).count == 1000)
        #expect(try run(pixels).count == 4000)
    }

    @Test(arguments: [
        (["run", "squeezenet1_1", "--input", "DIR/wrong.npy", "--output", "DIR/y.npy"], "1x3x2x2"),
        (["run", "squeezenet1_1", "--input", "DIR/int32.npy", "--output", "DIR/y.npy"], "int32"),
        (["run", "squeezenet1_1", "--input", "DIR/text.npy", "--output", "DIR/y.npy"], "not an .npy file"),
        (["run", "squeezenet1_1", "--input", "other=DIR/wrong.npy", "--output", "DIR/y.npy"], "`other`"),
        (["run", "squeezenet1_1", "--input", "DIR/none.npy", "--output", "DIR/y.npy"], "No such file"),
        (["run", "nothing", "--input", "DIR/wrong.npy", "--output", "DIR/y.npy"], "nothing"),
        (["run", "squeezenet1_1", "--input", "DIR/wrong.npy", "--output", "DIR/y.npy", "--isa", "mmx"], "mmx"),
        (["evaluate", "squeezenet1_1", "--images", "DIR/none"], "No such file"),
        (["evaluate", "squeezenet1_1", "--images", "DIR"], "--labels"),
        (["evaluate", "squeezenet1_1", "--input", "DIR/wrong.npy", "--labels", "DIR/wrong.npy"], "1x3x2x2"),
        (["evaluate", "squeezenet1_1", "--images", "DIR", "--crop", "8"], "--crop"),
        (["evaluate", "squeezenet1_1", "--input", "DIR/nan.npy", "--labels", "DIR/label.npy"], "nan.npy[0]: holds"),
        (["evaluate", "squeezenet1_1", "--input", "DIR/x.npy", "--labels", "DIR/y.npy", "--mean", "0"], "for images"),
        (["quantize", "squeezenet1_1", "--calibration", "DIR/nan.npy", "-o", "DIR/y.npy"], "nan.npy[0]: holds NaN"),
        (["quantize", "squeezenet1_1", "--calibration", "DIR/x.npy", "-o", "DIR/y.npy", "--std", "1"], "for images"),
        (["quantize", "squeezenet1_1", "--calibration", "DIR/\u{1b}[2J.npy", "-o", "DIR/y.npy"], "\\u{1B}[2J.npy"),
    ])
    func badInputIsOneLine(arguments: [String], expected: String) throws {
        let folder = try TemporaryFolder()
        _ = try save(npy("<f4", [1, 3, 2, 2], input(12, seed: 1)), "wrong.npy", folder)
        _ = try save(
            npy("<i4", [1, 3, 224, 224], Data(repeating: 0, count: 4 * 3 * 224 * 224)),
            "int32.npy",
            folder
        )
        let notNumbers = Data(repeating: 0xff, count: 4 * 3 * 224 * 224)
        _ = try save(npy("<f4", [1, 3, 224, 224], notNumbers), "nan.npy", folder)
        _ = try save(npy("|u1", [1], Data([0])), "label.npy", folder)
        _ = try folder.write("no array", to: "text.npy")
        let result = try edgeprof(arguments.map { $0.replacingOccurrences(of: "DIR", with: folder.path("")) })
        #expect(result.status == 1)
        let lines = result.errorLines.filter { !$0.hasPrefix("edgeprof: warning") }
        #expect(lines.count == 1, "\(result.errors)")
        #expect(result.errors.contains(expected), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: folder.path("y.npy")))
    }

    private func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/" + name).path
    }

    private func floats(_ path: String) throws -> [Float] {
        try elements(path).withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
        }
    }

    /// Files of another tool's making, several outputs, a batch the file leaves open: what ONNX Runtime answers.
    @Test(arguments: [("float", 1e-5), ("int8", 0)])
    func filesGiveWhatONNXRuntimeGives(name: String, tolerance: Float) throws {
        let folder = try TemporaryFolder()
        let (scores, features) = (folder.path("scores.npy"), folder.path("features.npy"))
        let file = fixture(name + ".onnx")
        for plan in ["naive", "fused"] {
            let result = try edgeprof([
                "run", file, "--plan", plan, "--input", fixture("images.npy"), "--output", scores, "--output", features,
            ])
            try #require(result.status == 0, "\(result.errors)")
            for (path, expected) in [(scores, "-scores.npy"), (features, "-features.npy")] {
                let (ours, theirs) = (try floats(path), try floats(fixture(name + expected)))
                #expect(ours.count == theirs.count)
                #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) <= tolerance })
            }
        }
        let some = try edgeprof([
            "run", file, "--input", "image=" + fixture("images.npy"), "--output", "features=" + scores,
        ])
        #expect(some.status == 0, "\(some.errors)")
        #expect(try elements(scores) == elements(features))

        let evaluated = try edgeprof([
            "evaluate", file, "--scores", "scores", "--input", fixture("images.npy"), "--labels", fixture("labels.npy"),
        ])
        let printed = try printed(evaluated)
        #expect(printed.precision == name && printed.model.source == .file && printed.model.name == name)
        if name == "int8" { #expect(printed.top1.correct == 4) }
        let unnamed = try edgeprof([
            "evaluate", file, "--input", fixture("images.npy"), "--labels", fixture("labels.npy"),
        ])
        #expect(unnamed.status == 1 && unnamed.errors.contains("--scores"))
    }

    private struct Printed: Decodable {
        struct Share: Decodable {
            var value: Double
            var interval: [Double]
            var correct: Int
        }
        var model: Run.ModelReference
        var precision: String
        var images: Int
        var classes: Int
        var top1: Share
        var top5: Share?
    }

    private func printed(_ result: Programs.Result) throws -> Printed {
        try #require(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(Printed.self, from: Data(result.output.utf8))
    }

    /// Pictures as files and as an array, with labels of which the network finds the first four right.
    private struct Pictures {
        var images: String
        var labels: String
        var array: String
        var arrayLabels: String
    }

    private func pictures(_ folder: TemporaryFolder) throws -> Pictures {
        let images = folder.path("images")
        try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
        let side = 224
        var reals = Data()
        for index in 0..<6 {
            let samples = (0..<(side * side * 3)).map { UInt8(truncatingIfNeeded: $0 * (index + 3) / 7 + $0 >> 9) }
            try (Data("P6 \(side) \(side) 255\n".utf8) + samples)
                .write(to: URL(fileURLWithPath: "\(images)/\(index).ppm"))
            for channel in 0..<3 {
                for pixel in 0..<(side * side) {
                    withUnsafeBytes(of: Float(samples[pixel * 3 + channel]) / 255) { reals.append(contentsOf: $0) }
                }
            }
        }
        let array = try save(npy("<f4", [6, 3, side, side], reals), "x.npy", folder)
        let run = try edgeprof(["run", model, "--input", array, "--output", folder.path("y.npy")])
        try #require(run.status == 0, "\(run.errors)")
        let scores = try elements(folder.path("y.npy")).withUnsafeBytes { raw in
            (0..<6000).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
        }
        var text = ""
        var labels = Data()
        for index in 0..<6 {
            let own = scores[(index * 1000)..<((index + 1) * 1000)]
            let best = try #require(own.indices.max { (own[$0], $1) < (own[$1], $0) }) - own.startIndex
            let worst = try #require(own.indices.min { own[$0] < own[$1] }) - own.startIndex
            let label = index < 4 ? best : worst
            text += "\(index).ppm \(label)\n"
            withUnsafeBytes(of: Int64(label)) { labels.append(contentsOf: $0) }
        }
        return Pictures(
            images: images,
            labels: try folder.write(text, to: "labels.txt"),
            array: array,
            arrayLabels: try save(npy("<i8", [6], labels), "labels.npy", folder)
        )
    }

    @Test func imagesAndArraysGiveTheSameAccuracy() throws {
        let folder = try TemporaryFolder()
        let pictures = try pictures(folder)
        let fromFiles = [
            "--images", pictures.images, "--labels", pictures.labels, "--resize", "none", "--mean", "0", "--std", "1",
        ]
        let fromArray = ["--input", pictures.array, "--labels", pictures.arrayLabels]
        for options in [fromFiles, fromArray, fromFiles + ["--threads", "3"], fromArray + ["--isa", "portable"]] {
            let result = try printed(edgeprof(["evaluate", model] + options))
            #expect(result.images == 6 && result.classes == 1000 && result.precision == "int8")
            #expect(result.top1.correct == 4 && result.top5?.correct == 4)
            // Wilson, 4 of 6.
            #expect(abs(result.top1.interval[0] - 0.2999951) < 1e-4 && abs(result.top1.interval[1] - 0.9032) < 1e-3)
            #expect(result.model.name == model && result.model.source == .zoo)
            #expect(Run.ModelReference.isSHA256(result.model.sha256))
        }
        #expect(try printed(edgeprof(["evaluate", model] + fromArray + ["--limit", "3"])).images == 3)
        #expect(try printed(edgeprof(["evaluate", model, "--float"] + fromArray)).precision == "float")
        let shifted = try edgeprof(["evaluate", model, "--class-offset=1000"] + fromArray)
        #expect(shifted.status == 1 && shifted.errors.contains("--class-offset=1000"))
    }

    @Test func aPushedAccuracyTakesThePlaceOfThePublishedOne() async throws {
        let collector = try Collector()
        defer { collector.stop() }
        let pictures = try pictures(collector.folder)
        let profile = try collector.edgeprof("profile", model, "--scenario", "offline", "--duration", "200ms")
        try #require(profile.status == 0, "\(profile.errors)")
        let run = try #require(
            try JSONDecoder().decode(RunBatch.self, from: Data(profile.output.utf8)).runs.first
        )
        let token = try String(contentsOfFile: collector.folder.path("admin-token"), encoding: .utf8)
        try await post(RunBatch(runs: [run]), to: collector.url + "/v1/runs", token: token)
        let tiers = try collector.folder.write(
            """
            tiers:
              - {id: box, price_usd: 300, memory_mib: 8192, os_reserve_mib: 500, idle_watts: 5, active_watts: 20,
                 maintenance_per_year: 0.1, match: {memory_mib: [0, 100000000]}}
            """,
            to: "tiers.yaml"
        )
        let imported = try collector.edgeprof("tiers", "import", tiers)
        try #require(imported.status == 0, "\(imported.errors)")
        let deployment = try collector.folder.write(
            """
            name: test
            demand: {inferences_per_second: 5, duty: 0.5, sites: 10, arrivals: poisson}
            slo: {percentile: 99, milliseconds: 2000}
            years: 3
            discount: 0.08
            usd_per_kwh: 0.15
            headroom: 0.3
            """,
            to: "deployment.yaml"
        )
        func accuracy() throws -> Choice.Accuracy? {
            let result = try collector.edgeprof("rank", "--deployment", deployment)
            try #require(result.status == 0, "\(result.errors)")
            return try JSONDecoder().decode(RankingResult.self, from: Data(result.output.utf8)).choices.first?.accuracy
        }
        #expect(try accuracy()?.source == "published-float")
        let pushed = try collector.edgeprof(
            "evaluate",
            model,
            "--input",
            pictures.array,
            "--labels",
            pictures.arrayLabels,
            "--push"
        )
        #expect(try printed(pushed).model.sha256 == run.model.sha256)
        let counted = try #require(try accuracy())
        #expect(counted.source == "evaluated" && counted.images == 6 && counted.dataset == "x.npy")
        #expect(abs(counted.value - 4.0 / 6) < 1e-12)
    }

    /// Sends runs as an administrator may.
    private func post(_ batch: RunBatch, to url: String, token: String) async throws {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = "POST"
        request.httpBody = try JSONEncoder().encode(batch)
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.setValue(
            "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))",
            forHTTPHeaderField: "Authorization"
        )
        let (answer, _) = try await URLSession.shared.data(for: request)
        let results = try JSONDecoder().decode(RunBatchResult.self, from: answer).results
        try #require(results.map(\.status) == [.stored], "\(results)")
    }
}
