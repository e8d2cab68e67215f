import EdgeprofAPI

/// Walks one parameter away from its value until another choice takes over.
///
/// The answer is not monotone in a parameter: units jump, a choice becomes feasible and leads, another passes the SLO and
/// leads after all. But between the points where a candidate's number of units or its feasibility changes, cost and value
/// are affine in x (in 1/x for throughput), so two candidates cross at most once by `plan`'s objective and at most twice by
/// a ratio. The walk goes from event to event, nearest first: the end of a candidate's segment, found by bisection,
/// or the point where one overtakes the leader, found by bisection between points where it can happen at most once.
struct SensitivityWalk {
    /// A candidate that may be feasible somewhere, its numbers at the start and their change.
    struct Contender {
        var base: Probe
        var slope: Probe
        /// Whether the parameter changes anything about it.
        var moves: Bool
        var mostUnits: Double
        var alternative: Choice.Alternative
    }

    /// Where the choice flips, and who takes over; nil for buying nothing.
    struct Flip {
        var x: Double
        var winner: Choice.Alternative?
    }

    /// More events than this are not walked: the rest of the range is then said to be unsearched.
    static let mostEvents = 20_000

    private let contenders: [Contender]
    private let objective: Objective
    private let start: Double
    private let end: Double
    private let direction: Double
    private let isRatio: Bool
    private let tracksReference: Bool
    private let fixedReference: Double

    /// Where the walk is; after it, how far was searched.
    private(set) var x: Double
    private var units: [Double?]
    private var segmentEnds: [Double?]
    private var overtakes: [Double?]
    private var leader: Int?
    private var referenceIndex: Int?
    private var referenceChange: Double?

    /// Prepares a walk.
    ///
    /// - Parameters:
    ///   - contenders: In the order that settles exact ties.
    ///   - objective: What decides.
    ///   - start: The parameter as given.
    ///   - end: Where to stop.
    ///   - reference: The reference accuracy at the start.
    ///   - tracksReference: Whether the cheapest feasible choice has to be followed.
    init(
        _ contenders: [Contender],
        objective: Objective,
        from start: Double,
        to end: Double,
        reference: Double,
        tracksReference: Bool
    ) {
        self.contenders = contenders
        self.objective = objective
        self.start = start
        self.end = end
        self.tracksReference = tracksReference
        direction = end >= start ? 1 : -1
        if case .plan = objective { isRatio = false } else { isRatio = true }
        fixedReference = reference
        x = start
        units = contenders.map { $0.base.units(atMost: $0.mostUnits) }
        segmentEnds = [Double?](repeating: nil, count: contenders.count)
        overtakes = segmentEnds
        referenceIndex = nil
        leader = nil
        if tracksReference { referenceIndex = cheapest() }
        leader = best()
    }

    /// The choice at the start; nil for buying nothing.
    var winner: Choice.Alternative? { leader.map { contenders[$0].alternative } }

    /// The nearest flip; nil where the choice stays as far as `x` afterwards says.
    mutating func firstFlip() -> Flip? {
        guard start != end else { return nil }
        for index in contenders.indices { segmentEnds[index] = segmentEnd(of: index) }
        recomputeAll()
        for _ in 0..<Self.mostEvents {
            guard let event = nextEvent() else {
                x = end
                return nil
            }
            x = event.x
            if let flip = handle(event) { return flip }
        }
        return nil
    }

    private enum Kind {
        case segmentEnd
        case overtake(Int)
        case nothing
        case reference
    }

    private func nextEvent() -> (x: Double, kind: Kind)? {
        var nearest: (x: Double, kind: Kind)?
        func consider(_ at: Double?, _ kind: Kind) {
            guard let at else { return }
            if let known = nearest, direction * known.x <= direction * at { return }
            nearest = (at, kind)
        }
        for index in contenders.indices {
            consider(segmentEnds[index], .segmentEnd)
            consider(overtakes[index], index == leader ? .nothing : .overtake(index))
        }
        consider(referenceChange, .reference)
        return nearest
    }

    private mutating func handle(_ event: (x: Double, kind: Kind)) -> Flip? {
        let before = leader
        let isReferenceEvent = if case .reference = event.kind { true } else { false }
        // What ends at the same place ends before anybody looks who is ahead.
        let changed = endSegments()
        if tracksReference && (changed || isReferenceEvent) { referenceIndex = cheapest() }
        if case .nothing = event.kind, !changed { return Flip(x: x, winner: nil) }
        if case .overtake(let index) = event.kind, !changed {
            leader = isSameChoice(index, before) ? index : leader
            guard isSameChoice(index, before) else { return Flip(x: x, winner: name(best())) }
        }
        if let index = leader, units[index] == nil { leader = best() }
        guard isSameChoice(leader, before) else { return Flip(x: x, winner: name(leader)) }
        recomputeAll()
        return nil
    }

    /// Sizes anew every candidate whose segment ends here, or beyond by no more than rounding.
    private mutating func endSegments() -> Bool {
        let reach = direction * x + 1e-12 * max(x.magnitude, 1e-3)
        let ended = contenders.indices.filter { segmentEnds[$0].map { direction * $0 <= reach } ?? false }
        guard !ended.isEmpty else { return false }
        for index in ended where direction * (segmentEnds[index] ?? x) > direction * x { x = segmentEnds[index] ?? x }
        for index in ended { units[index] = probe(index, x).units(atMost: contenders[index].mostUnits) }
        for index in ended { segmentEnds[index] = segmentEnd(of: index) }
        return true
    }

    private func isSameChoice(_ first: Int?, _ second: Int?) -> Bool { name(first) == name(second) }

    private func name(_ index: Int?) -> Choice.Alternative? { index.map { contenders[$0].alternative } }

    private mutating func recomputeAll() {
        for index in contenders.indices { overtakes[index] = overtake(by: index) }
        referenceChange = tracksReference ? nextReferenceChange() : nil
    }

    // MARK: Candidates at a point

    private func probe(_ index: Int, _ x: Double) -> Probe {
        contenders[index].base.moved(along: contenders[index].slope, by: x - start)
    }

    private func reference(_ x: Double) -> Double { referenceIndex.map { probe($0, x).accuracy } ?? fixedReference }

    private func outcome(_ index: Int, _ x: Double) -> Probe.Outcome? {
        units[index].map { probe(index, x).outcome(units: $0, reference: reference(x)) }
    }

    private func score(_ outcome: Probe.Outcome) -> Double {
        objective.score(value: outcome.value, totalCost: outcome.cost, correctMillions: outcome.correctMillions)
    }

    /// Buying nothing: worth 0 under a plan, and worse than anything feasible in a ranking.
    private var noneScore: Double { isRatio ? -.infinity : 0 }

    /// The best feasible candidate here, ties settled by cost, then order; nil for buying nothing.
    private func best() -> Int? {
        var best: (index: Int?, score: Double, cost: Double) = (nil, noneScore, 0)
        for index in contenders.indices {
            guard let outcome = outcome(index, x) else { continue }
            let score = score(outcome)
            if score > best.score || (score == best.score && outcome.cost < best.cost) {
                best = (index, score, outcome.cost)
            }
        }
        return best.index
    }

    private func cheapest() -> Int? {
        var cheapest: (index: Int?, cost: Double) = (nil, .infinity)
        for index in contenders.indices {
            guard let units = units[index] else { continue }
            let cost = probe(index, x).outcome(units: units, reference: 0).cost
            if cost < cheapest.cost { cheapest = (index, cost) }
        }
        return cheapest.index
    }

    // MARK: Events

    private func segmentEnd(of index: Int) -> Double? {
        let current = units[index]
        let limit = contenders[index].mostUnits
        guard contenders[index].moves else { return nil }
        if probe(index, end).keeps(units: current, atMost: limit) { return nil }
        return bisect(to: end) { !probe(index, $0).keeps(units: current, atMost: limit) }
    }

    /// Whether a candidate is ahead of the leader by more than rounding.
    private func isAhead(_ index: Int, _ x: Double) -> Bool {
        guard let outcome = outcome(index, x) else { return false }
        let score = score(outcome)
        guard let leader, let other = self.outcome(leader, x) else {
            return score > noneScore && (isRatio || score > 1e-12 * size(outcome))
        }
        let best = self.score(other)
        guard best > -.infinity else { return score > best }
        return score > best && score - best > 1e-12 * max(size(outcome), size(other))
    }

    /// The size of the numbers a score is the difference of.
    private func size(_ outcome: Probe.Outcome) -> Double {
        switch objective {
        case .roi: score(outcome).magnitude + 1
        case .cost: score(outcome).magnitude
        case .netValue: outcome.value.magnitude + outcome.cost
        case .plan(let hurdle): outcome.value.magnitude + (1 + hurdle) * outcome.cost
        }
    }

    /// Where a candidate, or buying nothing, first gets ahead of the leader before either's segment ends.
    private func overtake(by index: Int) -> Double? {
        guard index != leader, units[index] != nil else {
            return index == leader ? overtakeByNothing(index) : nil
        }
        guard contenders[index].moves || tracksReference || leader.map({ contenders[$0].moves }) ?? true else {
            return nil
        }
        if isAhead(index, x) { return x }
        let limit = nearest(segmentEnds[index], leader.flatMap { segmentEnds[$0] })
        if isAhead(index, limit) { return bisect(to: limit) { isAhead(index, $0) } }
        guard isRatio, let leader, let turn = turningPoint(index, leader, to: limit), isAhead(index, turn) else {
            return nil
        }
        return bisect(to: turn) { isAhead(index, $0) }
    }

    /// Where the leader is no longer worth its cost under a plan.
    private func overtakeByNothing(_ leader: Int) -> Double? {
        guard !isRatio else { return nil }
        let fails = { (x: Double) in outcome(leader, x).map { score($0) < -1e-12 * size($0) } ?? false }
        if fails(x) { return x }
        let limit = nearest(segmentEnds[leader], nil)
        return fails(limit) ? bisect(to: limit, fails) : nil
    }

    private func nearest(_ first: Double?, _ second: Double?) -> Double {
        [first, second].compactMap { $0 }.reduce(end) { direction * $1 < direction * $0 ? $1 : $0 }
    }

    /// Where the cross-multiplied difference of two ratios, a quadratic in x or 1/x, turns; nil outside of the segment.
    private func turningPoint(_ index: Int, _ leader: Int, to limit: Double) -> Double? {
        let isReciprocal = contenders[index].slope.throughput != 0 || contenders[leader].slope.throughput != 0
        let place = { (z: Double) in isReciprocal ? 1 / z : z }
        let (from, to) = (place(x), place(limit))
        func difference(_ z: Double) -> Double? {
            guard let first = outcome(leader, place(z)), let second = outcome(index, place(z)) else { return nil }
            return objective == .cost
                ? second.cost * first.correctMillions - first.cost * second.correctMillions
                : first.value * second.cost - second.value * first.cost
        }
        let middle = (from + to) / 2
        guard let one = difference(from), let two = difference(middle), let three = difference(to) else { return nil }
        let curvature = one - 2 * two + three
        guard curvature > 0 else { return nil }
        // The vertex of the parabola through three points at -1, 0, 1.
        let vertex = (one - three) / (2 * curvature)
        guard vertex > -1, vertex < 1 else { return nil }
        return place(middle + vertex * (to - from) / 2)
    }

    /// Where another feasible candidate first gets cheaper than the reference.
    private func nextReferenceChange() -> Double? {
        guard let referenceIndex else { return nil }
        let cost = { (index: Int, x: Double) in
            units[index].map { probe(index, x).outcome(units: $0, reference: 0).cost } ?? .infinity
        }
        var nearestChange: Double?
        for index in contenders.indices where index != referenceIndex && units[index] != nil {
            let isCheaper = { (x: Double) in cost(index, x) < cost(referenceIndex, x) * (1 - 1e-14) }
            let limit = nearest(segmentEnds[index], segmentEnds[referenceIndex])
            guard isCheaper(limit) else { continue }
            let change = bisect(to: limit, isCheaper)
            if nearestChange.map({ direction * change < direction * $0 }) ?? true { nearestChange = change }
        }
        return nearestChange
    }

    /// The first point found, going from here, at which something holds that holds at `limit`.
    private func bisect(to limit: Double, _ holds: (Double) -> Bool) -> Double {
        var (no, yes) = (x, limit)
        for _ in 0..<70 {
            let middle = no + (yes - no) / 2
            guard middle != no, middle != yes else { break }
            if holds(middle) { yes = middle } else { no = middle }
        }
        return yes
    }
}
