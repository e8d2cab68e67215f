/// The body of `POST /v1/plan`.
public struct PlanningRequest: Codable, Sendable, Equatable {
    /// Most sites of a list.
    public static let mostSites = 100_000
    /// Most tiers that can have stock.
    public static let mostStockedTiers = 8

    /// The economic case to plan for.
    public var deployment: Deployment
    /// Sites with demands of their own, in place of the deployment's alike ones; nil without a list.
    public var sites: [Site]?
    /// Units in stock that any site can have, by tier.
    public var stock: [String: Int]
    /// Most the plan may cost in all (total cost of ownership), USD; nil for no limit.
    public var budgetUsd: Double?
    /// The model to ask about what it would have to gain; nil asks about every family that lost.
    public var counterfactual: String?
    /// Changes to suppose, such as `price.large=60`.
    public var whatIf: [String]

    /// Creates a request.
    public init(
        deployment: Deployment,
        sites: [Site]? = nil,
        stock: [String: Int] = [:],
        budgetUsd: Double? = nil,
        counterfactual: String? = nil,
        whatIf: [String] = []
    ) {
        self.deployment = deployment
        self.sites = sites
        self.stock = stock
        self.budgetUsd = budgetUsd
        self.counterfactual = counterfactual
        self.whatIf = whatIf
    }

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case deployment, sites, stock, budgetUsd, counterfactual, whatIf
    }

    /// Decodes a request, refusing unknown keys: a misspelt one would silently mean its default.
    public init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            deployment: try container.decode(Deployment.self, forKey: .deployment),
            sites: try container.decodeIfPresent([Site].self, forKey: .sites),
            stock: try container.decodeIfPresent([String: Int].self, forKey: .stock) ?? [:],
            budgetUsd: try container.decodeIfPresent(Double.self, forKey: .budgetUsd),
            counterfactual: try container.decodeIfPresent(String.self, forKey: .counterfactual),
            whatIf: try container.decodeIfPresent([String].self, forKey: .whatIf) ?? []
        )
    }

    /// What keeps the request from being used, each with its key path; empty when it is sound.
    public func problems() -> [ConfigurationProblem] {
        deployment.problems().map { ConfigurationProblem(path: "deployment.\($0.path)", message: $0.message) }
            + ownProblems()
    }

    /// The problems of all but the deployment.
    public func ownProblems() -> [ConfigurationProblem] {
        var collector = ProblemCollector()
        if let budgetUsd {
            collector.require(budgetUsd, "budgetUsd", in: 0...1e15)
            if deployment.value == nil {
                collector.add("budgetUsd", "needs deployment.value: without it nothing says which sites to leave out")
            }
        }
        if stock.count > Self.mostStockedTiers {
            collector.add("stock", "names \(stock.count) tiers; \(Self.mostStockedTiers) is the most")
        }
        for (tier, units) in stock.sorted(by: { $0.key < $1.key }) {
            collector.require(units, "stock.\(tier)", in: 0...10_000_000)
        }
        if let sites { collect(sites, into: &collector) }
        return collector.problems
    }

    private func collect(_ sites: [Site], into collector: inout ProblemCollector) {
        if sites.isEmpty { collector.add("sites", "is empty; list at least one site") }
        guard sites.count <= Self.mostSites else {
            return collector.add("sites", "\(sites.count) sites are more than \(Self.mostSites)")
        }
        var first: [String: Int] = [:]
        for (index, site) in sites.enumerated() {
            let path = "sites[\(index)]"
            if site.site.isEmpty || site.site.utf8.count > 200 {
                collector.add("\(path).site", "give a name of 1 to 200 bytes")
            }
            if let known = first.updateValue(index, forKey: site.site) {
                collector.add("\(path).site", "`\(site.site)` is already sites[\(known)]")
            }
            collector.require(site.inferencesPerSecond, "\(path).inferences_per_second", in: 0...1_000_000)
            if let duty = site.duty { collector.require(duty, "\(path).duty", in: 0...1, "a share of the time") }
            for (tier, units) in site.owned.sorted(by: { $0.key < $1.key }) {
                collector.require(units, "\(path).owned.\(tier)", in: 0...1_000_000)
            }
        }
    }
}
