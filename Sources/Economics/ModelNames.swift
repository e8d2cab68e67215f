/// What models are called in summaries and rankings, so that no two different ones share a name.
struct ModelNames {
    /// Names that stand for more than one model: files of different content, or a file and a zoo model.
    private let ambiguous: Set<String>

    /// Looks at all runs there are.
    init(_ runs: [RunFacts]) {
        // A zoo model is what its name says, whatever its hash.
        let identities = Dictionary(grouping: runs, by: \.model).mapValues {
            Set($0.map { $0.isFile ? $0.sha256 : "" })
        }
        ambiguous = Set(identities.filter { $0.value.count > 1 }.keys)
    }

    /// The name of a run's model: its own, and of a file whose name is not enough also the first digits of its hash.
    func name(of run: RunFacts) -> String {
        run.isFile && ambiguous.contains(run.model) ? "\(run.model)@\(run.sha256.prefix(8))" : run.model
    }
}
