import EdgeprofAPI
import Testing

@testable import edgeprof

@Suite struct YAMLFileTests {
    struct Shop: Codable, Equatable {
        struct Item: Codable, Equatable {
            var name: String
            var price: Double
            var note: String?
        }
        var items: [Item]
        var labels: [String: String]?
    }

    private func complaint(_ text: String) -> String {
        do {
            _ = try YAMLFile<Shop>(text: text, path: "shop.yaml")
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func readsWhatIsRight() throws {
        let text = "items:\n  - {name: a, price: 1}\n  - name: b\n    price: 2.5\n    note: ~\nlabels: {site: lab}\n"
        let file = try YAMLFile<Shop>(text: text, path: "shop.yaml")
        #expect(
            file.content
                == Shop(items: [.init(name: "a", price: 1), .init(name: "b", price: 2.5)], labels: ["site": "lab"])
        )
    }

    @Test func namesTheLineOfEveryMistake() {
        #expect(complaint("") == "shop.yaml: the file is empty")
        #expect(complaint("items:\n  - name: a\n    price: cheap\n").hasPrefix("shop.yaml:3: items[0].price"))
        #expect(complaint("items:\n  - {name: a, price: 1}\n  - name: b\n").hasPrefix("shop.yaml:3: items[1]"))
        #expect(complaint("items: [\n").hasPrefix("shop.yaml:2:"))
        #expect(complaint("items: []\nitems: []\n").contains("duplicate key"))
        #expect(complaint("\tx: 1").hasPrefix("shop.yaml:1:"))
    }

    @Test func namesTheLineOfContentThatMakesNoSense() throws {
        let file = try YAMLFile<Shop>(text: "items:\n  - name: a\n    price: -1\n", path: "shop.yaml")
        let problem = ConfigurationProblem(path: "items[0].price", message: "is negative")
        #expect(throws: InputError("shop.yaml:3: items[0].price: is negative")) { try file.refuse([problem]) }
        try file.refuse([])
    }
}
