/// What to do next where there is nothing to show yet; commands stand in brackets.
enum FirstSteps {
    static let nothingMeasured = """
        nothing to rank yet: no run belongs to a tier with a price. Import a price list (edgeprof tiers import \
        examples/tiers.yaml), see that agents match a tier (edgeprof tiers hosts) and have them measure (edgeprof jobs \
        create resnet18)
        """
    static let noAgents = """
        no agent yet: make a token (edgeprof tokens create --role enrollment --output token) and enrol a box with it; \
        docs/packages.md says how
        """
    static let noTiers = "no tier yet: import a price list (edgeprof tiers import examples/tiers.yaml)"
    static let noJobs = "no job yet: ask agents to measure (edgeprof jobs create resnet18)"
    static let noRuns = "no run, or none that matches: ask agents to measure (edgeprof jobs create resnet18)"
    static let noModels = """
        no file yet: push your own (edgeprof models push mine-int8.onnx); zoo models need none (edgeprof models zoo)
        """

    /// Says what to do next, where there is nothing.
    static func say(_ words: String, where isEmpty: Bool) {
        if isEmpty { Terminal.complain(words) }
    }
}
