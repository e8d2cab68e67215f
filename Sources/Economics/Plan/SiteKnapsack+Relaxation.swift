extension SiteKnapsack {
    func score(_ item: Item) -> Double {
        item.gain - moneyPrice * item.cost + (factor + moneyPrice) * (stockPrices * granted * item.units).sum()
    }

    func best(_ group: Int) -> Int {
        var best = (index: 0, score: -Double.infinity)
        for (index, item) in items[group].enumerated() {
            let score = score(item)
            // Cheapest first: of equals the cheapest.
            if score > best.score { best = (index, score) }
        }
        return best.index
    }

    private func relaxed() -> (bound: Double, cost: Double, units: Units) {
        var (sum, cost, units) = (0.0, 0.0, Units())
        for group in items.indices {
            let item = items[group][best(group)]
            let count = Double(problem.groups[group].count)
            sum += count * score(item)
            cost += count * item.cost
            units += count * item.units
        }
        let rest = (stockPrices * (Units(repeating: 1) - granted) * stockUnits).sum()
        let bound = sum + (factor + moneyPrice) * rest + moneyPrice * (budget ?? 0) - factor * tuning
        return (bound, cost - (stockPrices * granted * units).sum() - rest, units)
    }

    /// Looks for the prices with the least bound, one at a time in turn; any prices give a valid one.
    mutating func relax() -> Double {
        var least = (bound: relaxed().bound, money: moneyPrice, granted: granted)
        func remember(_ bound: Double) {
            if bound < least.bound { least = (bound, moneyPrice, granted) }
        }
        for _ in 0..<(problem.stock.isEmpty ? 1 : 6) {
            let before = least.bound
            if let budget { remember(priceMoney(budget)) }
            for index in problem.stock.indices.prefix(Self.mostStocks) {
                var (low, high) = (0.0, 1.0)
                for _ in 0..<30 {
                    granted[index] = (low + high) / 2
                    let now = relaxed()
                    remember(now.bound)
                    if now.units[index] > stockUnits[index] { high = granted[index] } else { low = granted[index] }
                }
                for end in [0.0, 1.0, low, high] {
                    granted[index] = end
                    remember(relaxed().bound)
                }
                granted = least.granted
            }
            // A round that gains nothing is the last: the next would begin where it began.
            if least.bound >= before - 1e-9 * before.magnitude { break }
        }
        (moneyPrice, granted) = (least.money, least.granted)
        return least.bound
    }

    /// The least price of money at which the relaxed plan is affordable.
    private mutating func priceMoney(_ budget: Double) -> Double {
        moneyPrice = 0
        var now = relaxed()
        if now.cost <= budget { return now.bound }
        var (low, high) = (0.0, 1.0)
        moneyPrice = high
        now = relaxed()
        while now.cost > budget, high < 1e15 {
            low = high
            high *= 4
            moneyPrice = high
            now = relaxed()
        }
        for _ in 0..<60 {
            moneyPrice = (low + high) / 2
            if relaxed().cost > budget { low = moneyPrice } else { high = moneyPrice }
        }
        moneyPrice = high
        return relaxed().bound
    }
}
