import EdgeprofAPI
import Foundation
import Yams

/// A YAML file decoded strictly: a mistake is reported with its line.
struct YAMLFile<Content: Decodable> {
    /// What the file says.
    let content: Content
    private let path: String
    private let root: Node

    /// Reads and decodes a file.
    ///
    /// - Throws: `InputError` naming file, line and remedy.
    init(path: String, as type: Content.Type = Content.self) throws {
        try self.init(text: try InputFile.text(path: path), path: path)
    }

    /// Decodes a text; `path` is what errors call it.
    init(text: String, path: String) throws {
        self.path = path
        do {
            guard let root = try Yams.compose(yaml: text) else { throw InputError("\(path): the file is empty") }
            self.root = root
            content = try YAMLDecoder().decode(Content.self, from: root)
        } catch let error as YamlError {
            throw InputError(path + Self.describe(error))
        } catch let error as DecodingError {
            let root = try? Yams.compose(yaml: text)
            throw InputError(
                ConfigurationError(error).problems.map { "\(path):\(Self.line(of: $0, in: root)): \($0)" }
                    .joined(separator: "\n")
            )
        }
    }

    /// Refuses content that decodes but makes no sense: one line a problem.
    func refuse(_ problems: [ConfigurationProblem]) throws {
        guard !problems.isEmpty else { return }
        throw InputError(
            problems.map { "\(path):\(Self.line(of: $0, in: root)): \($0)" }.joined(separator: "\n")
        )
    }

    /// The line of a key path such as `tiers[2].match.cpu_model`, or of the innermost part of it that is there.
    private static func line(of problem: ConfigurationProblem, in root: Node?) -> Int {
        guard var node = root else { return 1 }
        var line = node.mark?.line ?? 1
        for part in problem.path.split(whereSeparator: { ".[]".contains($0) }).map(String.init) {
            if let sequence = node.sequence, let index = Int(part), sequence.indices.contains(index) {
                node = sequence[index]
                line = node.mark?.line ?? line
            } else if let mapping = node.mapping, let entry = mapping.first(where: { $0.key.string == part }) {
                line = entry.key.mark?.line ?? entry.value.mark?.line ?? line
                node = entry.value
            } else {
                break
            }
        }
        return line
    }

    private static func describe(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ":\(mark.line): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, let context):
            ":\(context.mark.line): duplicate key \(duplicates.map { "\($0)" }.sorted().joined(separator: ", "))"
        default: ": not YAML"
        }
    }
}
