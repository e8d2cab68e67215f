import EdgeprofAPI

/// Which models and tiers a ranking is asked about: they compete with each other only.
///
/// What is left out still counts where it bears on the figures of what is not: the spread between hosts is pooled over all
/// measurements, and the accuracy that values are reckoned from is that of the cheapest feasible choice of all.
struct RankingFilter {
    private let models: Set<String>
    private let tiers: Set<String>

    /// A ranking of everything.
    static let all = RankingFilter()

    private init() { (models, tiers) = ([], []) }

    /// Takes the names asked for.
    ///
    /// - Throws: `ConfigurationError` naming those that are unknown, and names much like them.
    init(_ options: RankingOptions, measurements: MeasurementSet, tiers list: TierList) throws(ConfigurationError) {
        let measured = Set(measurements.measurements.map(\.model)).sorted()
        let listed = list.tiers.map(\.id)
        let problems =
            options.models.filter { !measured.contains($0) }.map {
                ConfigurationProblem(path: "model", message: NearNames.message("measured model", $0, among: measured))
            }
            + options.tiers.filter { !listed.contains($0) }.map {
                ConfigurationProblem(path: "tier", message: NearNames.message("tier", $0, among: listed))
            }
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        (models, tiers) = (Set(options.models), Set(options.tiers))
    }

    /// Whether a choice is asked about.
    func accepts(_ evaluation: Evaluation) -> Bool {
        (models.isEmpty || models.contains(evaluation.candidate.model))
            && (tiers.isEmpty || tiers.contains(evaluation.candidate.tier.id))
    }
}
