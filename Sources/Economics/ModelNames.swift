/// What models are called in summaries and rankings, so that no two different ones share a name.
struct ModelNames {
    /// Names that stand for more than one model: files of different content, or a file and a zoo model.
    private let ambiguous: Set<String>

    /// Looks at all models there are.
    init(_ models: [(name: String, isFile: Bool, sha256: String)]) {
        // A zoo model is what its name says, whatever its hash.
        var identities: [String: Set<String>] = [:]
        for model in models { identities[model.name, default: []].insert(model.isFile ? model.sha256 : "") }
        ambiguous = Set(identities.filter { $0.value.count > 1 }.keys)
    }

    /// The name of a model: its own, and of a file whose name is not enough also the first digits of its hash.
    func name(_ model: String, isFile: Bool, sha256: String) -> String {
        isFile && ambiguous.contains(model) ? "\(model)@\(sha256.prefix(8))" : model
    }
}
