import EdgeprofAPI
import HTTPTransport
import Testing

@testable import edgeprof

/// How people name models, and what jobs are asked for.
@Suite struct JobModelsTests {
    private let pushed = [("mine", "1"), ("twice", "2"), ("twice", "3")].map { name, digit in
        StoredModel(
            name: name,
            digit: Character(digit)
        )
    }

    @Test func aNameIsTheFileThatHasIt() throws {
        #expect(try JobModels.sha256(of: "mine", among: pushed) == String(repeating: "1", count: 64))
    }

    @Test func aNameOfSeveralFilesIsNobodys() {
        #expect {
            try JobModels.sha256(of: "twice", among: pushed)
        } throws: { error in
            let text = "\(error)"
            return text.contains(String(repeating: "2", count: 64)) && text.contains(String(repeating: "3", count: 64))
        }
    }

    @Test func anUnknownNameSaysWhereToLook() {
        #expect {
            try JobModels.sha256(of: "resnet19", among: pushed)
        } throws: { error in "\(error)".contains("resnet18") && "\(error)".contains("models list") }
    }

    @Test func whatNeedsNoCollectorAsksNone() async throws {
        // Nothing listens there.
        let client = try CollectorClient(
            baseURL: "http://127.0.0.1:1",
            transport: HTTPTransport(userAgent: "test")
        ) { nil }
        let sha256 = String(repeating: "AB", count: 32)
        #expect(try await JobModels.resolved(["resnet18", sha256], client) == ["resnet18", sha256.lowercased()])
        await #expect(throws: InputError.self) { try await JobModels.resolved(["./mine"], client) }
        await #expect(throws: CollectorError.self) { try await JobModels.resolved(["mine"], client) }
        // Names are a courtesy: a list is shown without them.
        let request = JobRequest(models: ["resnet18", sha256.lowercased()], settings: JobSettings())
        let job = JobRecord(
            id: "j",
            request: request,
            createdAt: Timestamp(millisecondsSinceEpoch: 0),
            total: 1,
            finished: 0,
            failed: 0
        )
        let shown = await JobModels.named([job], client)
        #expect(shown.first?.request.models == ["resnet18", "abababababab…"])
    }
}

extension StoredModel {
    fileprivate init(name: String, digit: Character) {
        self.init(
            sha256: String(repeating: digit, count: 64),
            name: name,
            bytes: 1,
            pushedAt: Timestamp(millisecondsSinceEpoch: 0)
        )
    }
}
