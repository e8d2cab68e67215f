import EdgeprofAPI
import Foundation
import HostInfo
import ModelZoo
import ONNXExport
import ONNXFormat
import Quantization
import Testing

@testable import Measurement

/// Files as a collector's agents run them.
@Suite final class StoredFileTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-stored-\(UUID())").path

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func zoo() throws -> String {
        let zoo = try ModelZoo.build(name: "squeezenet1_1", input: ZooInput(height: 64, width: 64))
        let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
        try ONNXWriter.write(try ONNXExporter.model(of: network), to: folder + "/m.onnx")
        return folder + "/m.onnx"
    }

    private func plan(_ path: String, _ sha256: String) throws(PreparationFailure) -> PreparedPlan {
        let source = ModelSource.stored(path: path, name: "mine", sha256: sha256)
        let request = try PlanRequest(model: source, settings: MeasurementSettings(), limits: nil)
        return try PlanCache(directory: folder + "/cache", limitBytes: 1 << 30).plan(for: request) {}
    }

    @Test func aFileThatCanRunIsPackedUnderItsHash() throws {
        let path = try zoo()
        let sha256 = try StoredFile.sha256(ofRunnable: path)
        #expect(try sha256 == ModelIdentity.sha256(ofFile: path))
        #expect(try plan(path, sha256).sha256 == sha256)
        let source = ModelSource.stored(path: path, name: "mine", sha256: sha256)
        #expect(source.name == "mine" && source.kind == .file)
    }

    @Test func aFileThatRottedIsDeletedAndTheBoxCannotMeasureNow() throws {
        let path = try zoo()
        let sha256 = try StoredFile.sha256(ofRunnable: path)
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        try handle.write(contentsOf: Data([0xff]))
        try handle.close()
        #expect {
            try plan(path, sha256)
        } throws: { error in
            guard case PreparationFailure.error(let error) = error else { return false }
            return error.code == .cannotMeasure
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [Data(), Data("not a model".utf8), Data([8, 8, 0x3a, 0x7f])])
    func whatIsNoModelIsRefusedWithTheImportersReason(content: Data) throws {
        let path = folder + "/x.onnx"
        try content.write(to: URL(fileURLWithPath: path))
        let sha256 = try ModelIdentity.sha256(ofBytesOf: path)
        #expect {
            try plan(path, sha256)
        } throws: { error in
            guard case PreparationFailure.refused(let reason) = error else { return false }
            // People know the name, not where the agent keeps the file.
            return reason.contains("mine.onnx") && !reason.contains(folder)
        }
        #expect(throws: ModelError.self) { try StoredFile.sha256(ofRunnable: path) }
    }

    @Test func aFloatFileIsRefused() throws {
        let zoo = try ModelZoo.build(name: "squeezenet1_1", input: ZooInput(height: 64, width: 64))
        let path = folder + "/float.onnx"
        try ONNXWriter.write(try ONNXExporter.model(of: zoo.graph), to: path)
        #expect {
            try StoredFile.sha256(ofRunnable: path)
        } throws: { ($0 as? ModelError)?.code == .notQuantized }
    }

    @Test func aDraftKnowsTheHashBeforeTheFileIsRead() {
        let sha256 = String(repeating: "d", count: 64)
        let host = HostFacts(.current(), limits: nil)
        let source = ModelSource.stored(path: "/nowhere", name: "a\u{7}b", sha256: sha256)
        let draft = RunDraft(model: source, settings: MeasurementSettings(), host: host, producer: "p")
        let run = draft.run(ChildEnd(outcome: .crashed, reason: "killed"))
        #expect(run.model == Run.ModelReference(name: "a?b", sha256: sha256, source: .file))
    }
}
