/// Sites that share a budget or a stock: a multiple-choice knapsack, one class a site, tuning of a fixed set of families paid.
///
/// Lagrangian relaxation first: a price λ on every dollar, and a share μ of each stock's saving granted to every unit. Its
/// optimum is a bound, and what an option falls short of its site's best under these prices is its loss: a plan's objective is
/// the bound less its losses less λ times the money left over. A dynamic program over the sites then keeps every
/// combination of departures whose losses may still beat the best plan known (Pisinger, "A minimal algorithm for the
/// multiple-choice knapsack problem", European Journal of Operational Research 83, 1995, with the Lagrangian in place of the
/// linear relaxation), least losses first, dropping combinations that cost more and gain less than another.
struct SiteKnapsack {
    /// Combinations kept at a time; what is dropped beyond it counts in the bound.
    static let mostStates = 20_000
    /// Departures remembered in all; a search that needs more ends there, which counts in the bound.
    static let mostNodes = 10_000_000
    /// Sites decided one by one; larger groups are decided in lots, of powers of two first so that every number can be met.
    static let mostClasses = 4_000
    /// Most tiers with stock.
    static let mostStocks = 8

    typealias Units = SIMD8<Double>

    struct Item {
        var option: Int?
        var gain: Double
        var cost: Double
        var units: Units
    }

    struct Class {
        var group: Int
        var lot: Int
        var items: [Item]
        var base: Int
        var losses: [Double]
        /// Least loss of any departure.
        var nearest: Double
    }

    struct State {
        var gain: Double
        var cost: Double
        var loss: Double
        var units: Units
        var node: Int32
    }

    let problem: SiteProblem
    let factor: Double
    let budget: Double?
    let tuning: Double
    let items: [[Item]]
    let stockUnits: Units
    let stockPrices: Units
    /// Price of a dollar, λ.
    var moneyPrice = 0.0
    /// Share of each stock's saving that every unit is granted, μ.
    var granted = Units()

    /// Prepares the options these families allow; nil where the budget does not even pay their tuning.
    init?(_ problem: SiteProblem, allowed: [Bool]) {
        self.problem = problem
        factor = problem.factor
        let tuning = allowed.indices.reduce(0) { $0 + (allowed[$1] ? problem.tuning[$1] : 0) }
        self.tuning = tuning
        // A plan that costs just the budget is within it, whatever the order of its sums.
        budget = problem.budget.map { $0 * (1 + 1e-12) - tuning }
        if let budget, budget < 0 { return nil }
        var (units, prices) = (Units(), Units())
        for (index, item) in problem.stock.prefix(Self.mostStocks).enumerated() {
            (units[index], prices[index]) = (item.units, item.price)
        }
        (stockUnits, stockPrices) = (units, prices)
        items = problem.groups.map { group in
            var list =
                problem.mustServe && !group.options.isEmpty
                ? [] : [Item(option: nil, gain: 0, cost: 0, units: Units())]
            for (index, option) in group.options.enumerated() where option.family.map({ allowed[$0] }) ?? true {
                var units = Units()
                if let stock = option.stock { units[stock] = option.fresh }
                list.append(Item(option: index, gain: problem.gain(option), cost: option.cost, units: units))
            }
            return Self.undominated(list)
        }
        if items.contains(where: \.isEmpty) { return nil }
    }

    /// Options that cost less or gain more or take more from a stock than any other.
    private static func undominated(_ items: [Item]) -> [Item] {
        var kept: [Item] = []
        for item in items.sorted(by: { ($0.cost, -$0.gain) < ($1.cost, -$1.gain) }) {
            let isDominated = kept.contains { other in
                other.gain >= item.gain && all(other.units .>= item.units)
            }
            if !isDominated { kept.append(item) }
        }
        return kept
    }

    // MARK: Objective

    private func saved(_ units: Units) -> Double { (stockPrices * pointwiseMin(units, stockUnits)).sum() }

    private func objective(_ gain: Double, _ units: Units) -> Double {
        gain + factor * (saved(units) - tuning)
    }

    private func isAffordable(_ cost: Double, _ units: Units) -> Bool {
        budget.map { cost - saved(units) <= $0 } ?? true
    }

    // MARK: Search

    /// The best counts better than a known objective, nil where there are none, and a bound on all plans with these families.
    mutating func solve(beating known: Double?) -> (counts: [[(option: Int?, sites: Int)]]?, bound: Double) {
        let bound = relax()
        let slack = 1e-11 * max(bound.magnitude, known?.magnitude ?? 0)
        var record = known ?? -.infinity
        guard bound > record + slack else { return (nil, -.infinity) }
        var classes = makeClasses()
        classes.sort { ($0.nearest, $0.group) < ($1.nearest, $1.group) }
        var picks: [Int]?
        improve(classes, &record, &picks)

        var nodes: [(parent: Int32, place: Int32, item: Int32)] = []
        var states = [start(classes)]
        var winner: Int32?
        var dropped = Double.infinity
        // What the sites still undecided can add to the cost or take off it.
        var reach = classes.reversed().reduce(into: [(more: 0.0, less: 0.0)]) { list, one in
            let base = one.items[one.base].cost
            let last = list[list.count - 1]
            list.append(
                (
                    last.more + max(0, (one.items.map(\.cost).max() ?? base) - base),
                    last.less + max(0, base - (one.items.map(\.cost).min() ?? base))
                )
            )
        }
        for (place, one) in classes.enumerated() {
            reach.removeLast()
            guard bound - one.nearest > record + slack else { break }
            let rest = reach[reach.count - 1]
            var next: [State] = []
            func isPromising(_ state: State) -> Bool {
                guard bound - state.loss > record + slack else { return false }
                guard let budget else { return true }
                guard state.cost - rest.less - (stockPrices * stockUnits).sum() <= budget else { return false }
                let idle = max(0, budget - state.cost - rest.more)
                return bound - state.loss - moneyPrice * idle > record + slack
            }
            next = states.filter(isPromising)
            let base = one.items[one.base]
            for (index, item) in one.items.enumerated() where index != one.base {
                guard bound - one.losses[index] > record + slack else { continue }
                for state in states {
                    var moved = state
                    moved.gain += item.gain - base.gain
                    moved.cost += item.cost - base.cost
                    moved.units += item.units - base.units
                    moved.loss += one.losses[index]
                    guard bound - moved.loss > record + slack else { continue }
                    let value = objective(moved.gain, moved.units)
                    let isRecord = value > record && isAffordable(moved.cost, moved.units)
                    guard isRecord || isPromising(moved) else { continue }
                    nodes.append((state.node, Int32(place), Int32(index)))
                    moved.node = Int32(nodes.count - 1)
                    if isRecord { (record, winner) = (value, moved.node) }
                    next.append(moved)
                }
            }
            states = Self.undominated(next, hasStock: !problem.stock.isEmpty)
            if states.count > Self.mostStates {
                states.sort { $0.loss < $1.loss }
                dropped = min(dropped, states[Self.mostStates].loss)
                states.removeSubrange(Self.mostStates...)
            }
            if states.isEmpty || nodes.count > Self.mostNodes {
                if !states.isEmpty { dropped = min(dropped, 0) }
                break
            }
        }
        if let winner { picks = trace(winner, nodes, classes) }
        let limit = dropped.isFinite ? max(record, bound - dropped) : record
        return (picks.map { counts(classes, $0) }, limit)
    }

    private func makeClasses() -> [Class] {
        let total = problem.groups.reduce(0) { $0 + $1.count }
        return problem.groups.indices.flatMap { group -> [Class] in
            let count = problem.groups[group].count
            let lots = Self.lots(count, share: total <= Self.mostClasses ? count : count * Self.mostClasses / total)
            let base = best(group)
            let top = score(items[group][base])
            return lots.map { lot in
                let losses = items[group].map { max(0, (top - score($0)) * Double(lot)) }
                let scaled = items[group].map { item in
                    Item(
                        option: item.option,
                        gain: item.gain * Double(lot),
                        cost: item.cost * Double(lot),
                        units: item.units * Double(lot)
                    )
                }
                let nearest = losses.indices.filter { $0 != base }.map { losses[$0] }.min() ?? .infinity
                return Class(group: group, lot: lot, items: scaled, base: base, losses: losses, nearest: nearest)
            }
        }
    }

    /// A number as lots: ones where so many are allowed, else powers of two up to the size of the equal lots of the rest.
    private static func lots(_ count: Int, share: Int) -> [Int] {
        if share >= count { return [Int](repeating: 1, count: count) }
        let size = count / max(1, share) + 1
        var lots: [Int] = []
        var (rest, power) = (count, 1)
        while power < size, rest > power {
            lots.append(power)
            rest -= power
            power *= 2
        }
        while rest > 0 {
            lots.append(min(size, rest))
            rest -= min(size, rest)
        }
        return lots
    }

    private func start(_ classes: [Class]) -> State {
        var state = State(gain: 0, cost: 0, loss: 0, units: Units(), node: -1)
        for one in classes {
            let base = one.items[one.base]
            state.gain += base.gain
            state.cost += base.cost
            state.units += base.units
        }
        return state
    }

    /// Takes the relaxed plan where it is affordable, and betters it site by site.
    private func improve(_ classes: [Class], _ record: inout Double, _ picks: inout [Int]?) {
        var current = start(classes)
        var chosen = classes.map(\.base)
        if !isAffordable(current.cost, current.units) {
            guard !problem.mustServe else { return }
            // Rounding at the price's step: take back the cheapest way until it fits.
            for (place, one) in classes.enumerated().reversed() where !isAffordable(current.cost, current.units) {
                guard let least = one.items.indices.min(by: { one.items[$0].cost < one.items[$1].cost }) else {
                    continue
                }
                move(&current, one, chosen[place], least)
                chosen[place] = least
            }
        }
        guard isAffordable(current.cost, current.units) else { return }
        for _ in 0..<3 {
            var improved = false
            for (place, one) in classes.enumerated() {
                for index in one.items.indices where index != chosen[place] {
                    var moved = current
                    move(&moved, one, chosen[place], index)
                    guard isAffordable(moved.cost, moved.units),
                        objective(moved.gain, moved.units) > objective(current.gain, current.units)
                    else { continue }
                    (current, chosen[place], improved) = (moved, index, true)
                }
            }
            if !improved { break }
        }
        let value = objective(current.gain, current.units)
        if value > record { (record, picks) = (value, chosen) }
    }

    private func move(_ state: inout State, _ one: Class, _ from: Int, _ to: Int) {
        state.gain += one.items[to].gain - one.items[from].gain
        state.cost += one.items[to].cost - one.items[from].cost
        state.units += one.items[to].units - one.items[from].units
    }

    private static func undominated(_ states: [State], hasStock: Bool) -> [State] {
        let sorted = states.sorted { ($0.cost, -$0.gain) < ($1.cost, -$1.gain) }
        var kept: [State] = []
        kept.reserveCapacity(sorted.count)
        if hasStock {
            var most: [Units: Double] = [:]
            for state in sorted where state.gain > most[state.units] ?? -.infinity {
                most[state.units] = state.gain
                kept.append(state)
            }
        } else {
            var most = -Double.infinity
            for state in sorted where state.gain > most {
                most = state.gain
                kept.append(state)
            }
        }
        return kept
    }

    private func trace(
        _ node: Int32,
        _ nodes: [(parent: Int32, place: Int32, item: Int32)],
        _ classes: [Class]
    ) -> [Int] {
        var picks = classes.map(\.base)
        var node = node
        while node >= 0 {
            let step = nodes[Int(node)]
            picks[Int(step.place)] = Int(step.item)
            node = step.parent
        }
        return picks
    }

    private func counts(_ classes: [Class], _ picks: [Int]) -> [[(option: Int?, sites: Int)]] {
        var sums = [[Int: Int]](repeating: [:], count: problem.groups.count)
        for (one, pick) in zip(classes, picks) {
            sums[one.group][one.items[pick].option ?? -1, default: 0] += one.lot
        }
        return sums.map { group in
            group.sorted { $0.key < $1.key }.map { (option: $0.key < 0 ? nil : $0.key, sites: $0.value) }
        }
    }
}
