import EdgeprofAPI
import Glibc
import ModelZoo
import ONNXExport
import ONNXFormat
import Quantization
import Testing

@testable import Measurement

@Suite struct PlanCacheTests {
    private let folder = TemporaryFolder()

    private func cache(limitBytes: UInt64 = 1 << 30, buildTag: String = "build") -> PlanCache {
        var cache = PlanCache(directory: folder.path + "/a/b", limitBytes: limitBytes)
        cache.buildTag = buildTag
        return cache
    }

    private func request(_ plan: EdgeprofAPI.PlanKind = .fused, isa: String? = "portable") throws -> PlanRequest {
        try PlanRequest(model: .zoo("squeezenet1_1"), settings: MeasurementSettings(isa: isa, plan: plan), limits: nil)
    }

    private var files: [String] { TemporaryFolder.names(in: folder.path + "/a/b") }

    @Test func aPlanIsMadeOnce() throws {
        var made = 0
        let first = try cache().plan(for: request()) { made += 1 }
        let second = try cache().plan(for: request()) { made += 1 }
        #expect(made == 1)
        #expect(first.path == second.path && first.sha256 == second.sha256)
        #expect(first.sha256.utf8.count == 64)
        #expect(files.count == 2)
    }

    @Test func whatDecidesThePlanIsInItsName() throws {
        let fused = try cache().plan(for: request()) {}
        let naive = try cache().plan(for: request(.naive)) {}
        let other = try cache(buildTag: "later").plan(for: request()) {}
        #expect(Set([fused.path, naive.path, other.path]).count == 3)
        #expect(Set([fused.sha256, naive.sha256, other.sha256]).count == 1)
    }

    @Test func aZooModelsIdentityIsTheFileItIsExportedAs() throws {
        let sha256 = try cache().plan(for: request()) {}.sha256
        let zoo = try ModelZoo.build(name: "squeezenet1_1")
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        let path = folder.path + "/exported.onnx"
        try ONNXWriter.write(try ONNXExporter.model(of: network), to: path)
        #expect(try ModelIdentity.sha256(ofFile: path) == sha256)
        var changed = network
        changed.values[0].quantization.scale *= 2
        #expect(try ModelIdentity.sha256(of: changed) != sha256)
    }

    @Test func aFileIsImportedOnceAndSharesItsPlanWithTheZoo() throws {
        let path = folder.path + "/mine.onnx"
        let zoo = try ModelZoo.build(name: "squeezenet1_1")
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        try ONNXWriter.write(try ONNXExporter.model(of: network), to: path)
        var made = 0
        func plan() throws -> PreparedPlan {
            let settings = MeasurementSettings(isa: "portable")
            let request = try PlanRequest(model: ModelSource(path), settings: settings, limits: nil)
            return try cache().plan(for: request) { made += 1 }
        }
        let first = try plan()
        #expect(try plan().path == first.path)
        #expect(made == 1)
        #expect(try cache().plan(for: request()) { made += 1 }.path == first.path)
        // Another model under the same path is another model.
        let other = try ModelZoo.build(name: "squeezenet1_1", seed: 1)
        let changed = try quantize(graph: other.graph, activationRanges: other.activationRanges)
        try ONNXWriter.write(try ONNXExporter.model(of: changed), to: path)
        #expect(try plan().sha256 != first.sha256)
    }

    @Test func floatFilesAreRefusedWithTheRemedy() throws {
        let path = folder.path + "/float.onnx"
        try ONNXWriter.write(try ONNXExporter.model(of: ModelZoo.build(name: "squeezenet1_1").graph), to: path)
        let request = try PlanRequest(model: ModelSource(path), settings: MeasurementSettings(), limits: nil)
        #expect { try cache().plan(for: request) {} } throws: { error in
            guard case .refused(let text) = error as? PreparationFailure else { return false }
            return text.contains("float.onnx") && text.contains("edgeprof quantize")
        }
        #expect(throws: ModelError.self) { try ModelSource(path).load() }
    }

    @Test func theOldestGoFirstAndTheLatestStays() throws {
        let first = try cache().plan(for: request()) {}
        let long = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
        for name in files { utimensat(AT_FDCWD, folder.path + "/a/b/" + name, [long, long], 0) }
        let second = try cache(limitBytes: 1).plan(for: request(.naive)) {}
        #expect(access(first.path, F_OK) != 0)
        #expect(access(second.path, F_OK) == 0)
        // Dropped from the folder, but whole for whoever has it open.
        var status = stat()
        #expect(fstat(first.file.number, &status) == 0 && status.st_size > 1_000_000)
    }

    @Test func leftoversCountAndGo() throws {
        mkdir(folder.path + "/a", 0o755)
        mkdir(folder.path + "/a/b", 0o755)
        let leftover = folder.write("a/b/interrupted.plan.tmp", String(repeating: "x", count: 100_000))
        let long = timespec(tv_sec: 1_000_000_000, tv_nsec: 0)
        utimensat(AT_FDCWD, leftover, [long, long], 0)
        _ = try cache(limitBytes: 1_300_000).plan(for: request()) {}
        #expect(access(leftover, F_OK) != 0)
    }

    @Test(arguments: ["", "xyz", String(repeating: "g", count: 64), String(repeating: "a", count: 70)])
    func aDamagedIdentityIsMadeAgain(_ text: String) throws {
        let sha256 = try cache().plan(for: request()) {}.sha256
        folder.write("a/b/squeezenet1_1-build.identity", text)
        var made = 0
        #expect(try cache().plan(for: request()) { made += 1 }.sha256 == sha256)
        #expect(made == 1)
        #expect(try cache().plan(for: request()) { made += 1 }.sha256 == sha256)
        #expect(made == 1)
    }

    @Test func aFolderThatCannotBeMadeIsNamed() throws {
        folder.write("a", "not a folder")
        #expect { try cache().plan(for: request()) {} } throws: { error in
            guard case .error(let error) = error as? PreparationFailure else { return false }
            return error.code == .noCache && "\(error)".contains("Not a directory")
        }
    }

    @Test(arguments: [
        (MeasurementSettings(threads: 0), "threads is 0"), (MeasurementSettings(isa: "mmx"), "mmx"),
        (MeasurementSettings(instances: 2), "single-stream runs 1 instance"),
        (MeasurementSettings(durationSeconds: .nan), "durationSeconds"),
        (MeasurementSettings(durationSeconds: .infinity), "durationSeconds"),
    ])
    func impossibleSettingsAreRefused(_ settings: MeasurementSettings, _ reason: String) {
        #expect { try PlanRequest(model: .zoo("resnet18"), settings: settings, limits: nil) } throws: { error in
            guard case .refused(let text) = error as? PreparationFailure else { return false }
            return text.contains(reason)
        }
    }

    @Test func theLowerInstructionSetHolds() throws {
        let settings = MeasurementSettings(isa: "portable")
        let limited = HostLimits(isa: "portable")
        #expect(
            try PlanRequest(model: .zoo("resnet18"), settings: MeasurementSettings(), limits: limited).instructionSet
                == "portable"
        )
        #expect(
            try PlanRequest(model: .zoo("resnet18"), settings: settings, limits: HostLimits(isa: "avx512vnni"))
                .instructionSet == "portable"
        )
        for limits in [HostLimits(isa: "mmx"), HostLimits(cpus: []), HostLimits(cpus: [-1])] {
            #expect(throws: PreparationFailure.self) {
                try PlanRequest(model: .zoo("resnet18"), settings: settings, limits: limits)
            }
        }
    }
}
