/// What to do next where there is nothing to show yet.
enum FirstSteps {
    /// Nothing can be ranked.
    static let nothingMeasured = """
        nothing to rank yet: no run belongs to a tier with a price. Import a price list (edgeprof tiers import \
        examples/tiers.yaml), see that agents match a tier (edgeprof agents list) and have them measure (edgeprof jobs \
        create --model resnet18)
        """
}
