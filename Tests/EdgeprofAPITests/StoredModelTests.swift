import EdgeprofAPI
import Foundation
import Testing

@Suite struct StoredModelTests {
    static let bad = [
        "", String(repeating: "n", count: 201), String(repeating: "é", count: 101), "a\u{0}b", "a\nb", "a\u{7f}",
        "a\u{9b}31m", String(repeating: "0", count: 64),
    ]

    @Test(arguments: bad)
    func badNamesAreRefusedWithoutQuotingThem(name: String) {
        let problems = StoredModel.problems(ofName: name)
        #expect(problems.count == 1)
        #expect(name.isEmpty || !problems.joined().contains(name))
    }

    @Test(arguments: [
        "a", "my net.int8", String(repeating: "n", count: 200), "réseau", String(repeating: "0", count: 63),
    ])
    func otherNamesCanBeUsed(name: String) {
        #expect(StoredModel.problems(ofName: name).isEmpty)
    }

    @Test func assignmentsOfOlderCollectorsNameNoFile() throws {
        let settings = String(decoding: try JSONEncoder().encode(JobSettings()), as: UTF8.self)
        let text = #"{"id":"a","jobId":"j","model":"resnet18","settings":\#(settings)}"#
        let assignment = try JSONDecoder().decode(Assignment.self, from: Data(text.utf8))
        #expect(assignment.modelSha256 == nil && assignment.model == "resnet18")
        let again = String(decoding: try JSONEncoder().encode(assignment), as: UTF8.self)
        #expect(!again.contains("modelSha256"))
    }
}
