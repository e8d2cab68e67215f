import EdgeprofAPI
import Foundation
import Testing

@Suite struct ModelAccuracyTests {
    private let sound = ModelAccuracy(
        model: "mine",
        top1: 0.7,
        top1Interval: [0.6, 0.8],
        top5: 0.9,
        top5Interval: [0.85, 0.95],
        images: 100,
        dataset: "val",
        measuredAt: Timestamp(millisecondsSinceEpoch: 1_795_365_000_000),
        producer: "edgeprof 0.1.0"
    )

    @Test func survivesJSON() throws {
        #expect(sound.problems().isEmpty)
        #expect(try JSONDecoder().decode(ModelAccuracy.self, from: JSONEncoder().encode(sound)) == sound)
    }

    private typealias Spoiling = (path: String, spoil: @Sendable (inout ModelAccuracy) -> Void)

    private static let spoilings: [Spoiling] = [
        ("model", { $0.model = "" }), ("model", { $0.model = "a\u{1b}[2J" }), ("dataset", { $0.dataset = "" }),
        ("producer", { $0.producer = String(repeating: "x", count: 201) }), ("images", { $0.images = 0 }),
        ("images", { $0.images = .max }), ("top1", { $0.top1 = 70 }), ("top1", { $0.top1 = .nan }),
        ("top1Interval", { $0.top1Interval = [] }), ("top1Interval", { $0.top1Interval = [0.8, 0.6] }),
        ("top1Interval", { $0.top1Interval = [0.71, 0.8] }), ("top1Interval", { $0.top1Interval = [-1, 2] }),
        ("top1Interval", { $0.top1Interval = [.nan, .nan] }), ("top5", { $0.top5 = 0.5 }),
        ("top5Interval", { $0.top5Interval = nil }), ("top5Interval", { $0.top5 = nil }),
        ("measuredAt", { $0.measuredAt = Timestamp(millisecondsSinceEpoch: -1) }),
    ]

    @Test(arguments: spoilings.indices)
    func eachFieldIsChecked(index: Int) {
        var accuracy = sound
        Self.spoilings[index].spoil(&accuracy)
        #expect(accuracy.problems().contains { $0.path == Self.spoilings[index].path })
    }

    @Test func aRunOfAnEarlierVersionNamesNoSource() throws {
        let text = #"{"name":"resnet18","sha256":"","family":"ResNet"}"#
        let model = try JSONDecoder().decode(Run.ModelReference.self, from: Data(text.utf8))
        #expect(model.source != .file)
        let file = Run.ModelReference(name: "a", sha256: "", source: .file)
        #expect(String(decoding: try JSONEncoder().encode(file), as: UTF8.self).contains(#""source":"file""#))
    }

    @Test func hashesAreLowerCaseDigits() {
        #expect(Run.ModelReference.isSHA256(String(repeating: "0f", count: 32)))
        for text in ["", String(repeating: "0F", count: 32), String(repeating: "0g", count: 32), "0f"] {
            #expect(!Run.ModelReference.isSHA256(text))
        }
    }
}
