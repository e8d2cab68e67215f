import EdgeprofAPI
import Foundation
import Testing

@Suite struct ModelReferenceTests {
    private func decode(_ text: String) throws -> Run.ModelReference {
        try JSONDecoder().decode(Run.ModelReference.self, from: Data(text.utf8))
    }

    @Test func olderRunsDoNotSay() throws {
        let old = try decode(#"{"name": "resnet18", "sha256": "00", "family": "resnet"}"#)
        #expect(old == Run.ModelReference(name: "resnet18", sha256: "00", family: "resnet"))
        #expect(old.source == nil)
    }

    @Test func theSourceSurvivesTheWay() throws {
        let file = Run.ModelReference(name: "mine", sha256: "00", source: .file)
        let text = String(decoding: try JSONEncoder().encode(file), as: UTF8.self)
        #expect(text.contains(#""source":"file""#))
        #expect(try decode(text) == file)
        #expect(throws: (any Error).self) { try decode(#"{"name": "x", "sha256": "00", "source": "moon"}"#) }
    }
}
