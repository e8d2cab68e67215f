import EdgeprofAPI

/// One thing a site can buy: a candidate with as many units as the site's demand takes.
struct SiteOption {
    /// Index of the candidate.
    var candidate: Int
    /// Units in use.
    var units: Double
    /// Of these, units that stand there already.
    var owned: Double
    /// Cost without tuning, none taken from stock, USD.
    var cost: Double
    /// Present value of the answers, USD.
    var value: Double
    /// Correct answers of the horizon, discounted, millions.
    var correctMillions: Double
    /// Index of the family whose tuning has to be paid; nil for none.
    var family: Int?
    /// Index of the stock its units can be taken from; nil for none.
    var stock: Int?

    /// Units that do not stand there yet.
    var fresh: Double { units - owned }
}

/// Sites alike in demand and owned units.
struct SiteGroup {
    /// Their indices, in the order of the list; just one for sites without a list.
    var sites: [Int]
    /// How many they are.
    var count: Int
    /// What each of them can buy and run within every limit, cheapest first.
    var options: [SiteOption]
}

/// What to decide at every site (docs/economics.md, "Plan: sites, hardware at hand, budget").
///
/// Maximise the sum over sites of value less (1 + hurdle) times cost, less (1 + hurdle) times the tuning of every family
/// bought anywhere, cost lowered by the price of every unit taken from stock; all costs together within the budget.
struct SiteProblem {
    var groups: [SiteGroup]
    /// 1 + hurdle.
    var factor: Double
    /// Whether every site that can be served must be, for want of a value that says which are worth it.
    var mustServe = false
    var budget: Double?
    /// Tuning of each family, USD.
    var tuning: [Double]
    /// Units in stock and the price each saves, by tier.
    var stock: [(units: Double, price: Double)] = []

    /// What is bought.
    struct Solution {
        /// For each group, how many of its sites buy which option; nil for nothing.
        var counts: [[(option: Int?, sites: Int)]]
        /// What is maximised, USD.
        var objective: Double
        /// Total cost of ownership, USD.
        var cost: Double
        /// No plan has a higher objective than this.
        var bound: Double
        /// Families whose tuning is paid.
        var families: [Int]
    }

    /// The best option of a group by a score, nothing with 0 at exact ties; nil where the group must be served and cannot.
    func best(_ group: SiteGroup, _ score: (SiteOption) -> Double?) -> (option: Int?, score: Double)? {
        var best: (option: Int?, score: Double)? =
            mustServe && !group.options.isEmpty ? nil : (option: nil, score: 0)
        for (index, option) in group.options.enumerated() {
            guard let value = score(option) else { continue }
            if let known = best, value <= known.score { continue }
            best = (index, value)
        }
        return best
    }

    /// Value less (1 + hurdle) times cost at full price.
    func gain(_ option: SiteOption) -> Double { option.value - factor * option.cost }

    /// The objective and cost of counts, with tuning charged for the families they use.
    func evaluate(_ counts: [[(option: Int?, sites: Int)]]) -> Solution {
        var value = 0.0
        var cost = 0.0
        var families: Set<Int> = []
        var taken = [Double](repeating: 0, count: stock.count)
        for (group, parts) in zip(groups, counts) {
            for part in parts where part.sites > 0 {
                guard let index = part.option else { continue }
                let option = group.options[index]
                value += Double(part.sites) * option.value
                cost += Double(part.sites) * option.cost
                if let family = option.family { families.insert(family) }
                if let stock = option.stock { taken[stock] += Double(part.sites) * option.fresh }
            }
        }
        for (index, item) in stock.enumerated() { cost -= item.price * min(item.units, taken[index]) }
        for family in families.sorted() { cost += tuning[family] }
        let objective = value - factor * cost
        return Solution(
            counts: counts,
            objective: objective,
            cost: cost,
            bound: objective,
            families: families.sorted()
        )
    }
}

/// Finds the best plan over all sets of families, each set solved by itself.
///
/// Without budget and stock sites are independent once the set is fixed. Sets are searched depth first, and a branch is
/// left when even free tuning of all that is undecided and all the stock at every site would not beat the best plan known.
struct SiteSearch {
    /// Sets looked at before the search gives up proving its answer: reached with more than 16 tuned families only.
    static let mostSets = 1 << 16

    private let problem: SiteProblem
    private var best: SiteProblem.Solution?
    private var bound = -Double.infinity
    private var sets = 0

    /// The best plan, with a bound on how much better any other could be; nil where a site must be served and none can.
    static func solve(_ problem: SiteProblem) -> SiteProblem.Solution? {
        var search = SiteSearch(problem)
        search.branch(on: 0, allowed: [Bool](repeating: true, count: problem.tuning.count))
        guard var best = search.best else { return nil }
        best.bound = max(best.objective, search.bound)
        return best
    }

    private init(_ problem: SiteProblem) {
        self.problem = problem
        if !problem.mustServe || problem.groups.allSatisfy(\.options.isEmpty) {
            best = problem.evaluate(problem.groups.map { [(option: nil, sites: $0.count)] })
        }
    }

    private mutating func branch(on family: Int, allowed: [Bool]) {
        guard let optimistic = optimism(allowed, decided: family) else { return }
        if let best, optimistic <= best.objective { return }
        guard sets < Self.mostSets else {
            bound = max(bound, optimistic)
            return
        }
        guard family < problem.tuning.count else {
            sets += 1
            solve(allowed)
            return
        }
        branch(on: family + 1, allowed: allowed)
        var without = allowed
        without[family] = false
        branch(on: family + 1, allowed: without)
    }

    private func isAllowed(_ option: SiteOption, _ allowed: [Bool]) -> Bool {
        option.family.map { allowed[$0] } ?? true
    }

    /// More than any plan with these families can be worth; nil where a site that must be served cannot be.
    private func optimism(_ allowed: [Bool], decided: Int) -> Double? {
        var sum = 0.0
        for group in problem.groups {
            let best = problem.best(group) { option in
                guard isAllowed(option, allowed) else { return nil }
                let saved = option.stock.map { problem.stock[$0].price * option.fresh } ?? 0
                return problem.gain(option) + problem.factor * saved
            }
            guard let best else { return nil }
            sum += Double(group.count) * best.score
        }
        for family in 0..<decided where allowed[family] { sum -= problem.factor * problem.tuning[family] }
        return sum
    }

    private mutating func solve(_ allowed: [Bool]) {
        if problem.budget == nil && problem.stock.isEmpty {
            let counts = problem.groups.compactMap { group -> [(option: Int?, sites: Int)]? in
                problem.best(group) { isAllowed($0, allowed) ? problem.gain($0) : nil }
                    .map { [(option: $0.option, sites: group.count)] }
            }
            guard counts.count == problem.groups.count else { return }
            accept(problem.evaluate(counts))
            return
        }
        guard var knapsack = SiteKnapsack(problem, allowed: allowed) else { return }
        let (counts, limit) = knapsack.solve(beating: best?.objective)
        bound = max(bound, limit)
        if let counts { accept(problem.evaluate(counts)) }
    }

    private mutating func accept(_ solution: SiteProblem.Solution) {
        if let budget = problem.budget, solution.cost > budget * (1 + 2e-12) { return }
        guard let best else {
            self.best = solution
            return
        }
        if solution.objective > best.objective || (solution.objective == best.objective && solution.cost < best.cost) {
            self.best = solution
        }
    }
}
