import EdgeprofAPI
import Glibc

/// One purchase that costs and returns the same every year.
struct CostItem {
    let tier: Tier
    /// Units in use.
    var units: Double
    /// Of these, units that stand installed already: their first purchase costs nothing.
    var owned = 0.0
    /// Of these, units in stock: their first purchase costs no more than installing them.
    var stocked = 0.0
    /// Energy of all of them, kWh a year.
    var energyKwh: Double
    /// Value of a full year's answers, USD; nil when no value is given.
    var valueUsd: Double?
    /// Share of the first year without answers, because of tuning.
    var missed: Double
}

extension CostItem {
    /// What a choice for all sites costs and returns.
    init(_ evaluation: Evaluation, deployment: Deployment) {
        let candidate = evaluation.candidate
        let sites = Double(deployment.demand.sites)
        let missed = min(1, (candidate.tuning.days ?? 0) / Year.days)
        let annuity = Annuity.factor(years: deployment.years, discount: deployment.discount)
        let valuedYears = annuity - missed / (1 + deployment.discount)
        self.init(
            tier: candidate.tier,
            units: sites * (evaluation.units ?? 0),
            energyKwh: sites * evaluation.energyKwh,
            // No year counts where tuning takes a horizon of one year.
            valueUsd: evaluation.value.map { valuedYears > 0 ? $0 / valuedYears : 0 },
            missed: missed
        )
    }
}

/// Costs and values by year.
enum CostTable {
    /// The table of some purchases, from the start to the last year.
    static func years(_ items: [CostItem], tuningUsd: Double, deployment: Deployment) -> [PlanResult.CostYear] {
        let rate = 1 + deployment.discount
        var years = (0...deployment.years).map { PlanResult.CostYear(year: $0) }
        years[0].tuningUsd = tuningUsd
        years[0].discountedCostUsd = tuningUsd
        let hasValue = deployment.value != nil
        if hasValue {
            for index in years.indices { (years[index].valueUsd, years[index].discountedValueUsd) = (0, 0) }
        }
        for item in items {
            buy(item, deployment, into: &years)
            for year in 1..<years.count {
                let energy = item.energyKwh * deployment.usdPerKwh
                let maintenance = item.tier.maintenancePerYear * item.units * item.tier.priceUsd
                let present = pow(rate, -Double(year))
                years[year].energyUsd += energy
                years[year].maintenanceUsd += maintenance
                years[year].discountedCostUsd += (energy + maintenance) * present
                guard let value = item.valueUsd else { continue }
                let gained = value * (year == 1 ? 1 - item.missed : 1)
                years[year].valueUsd? += gained
                years[year].discountedValueUsd? += gained * present
            }
        }
        guard hasValue else { return years }
        var net = 0.0
        for index in years.indices {
            net += (years[index].discountedValueUsd ?? 0) - years[index].discountedCostUsd
            years[index].cumulativeNetUsd = net
        }
        return years
    }

    /// First purchases at the start, and one in the year in which each life ends.
    private static func buy(_ item: CostItem, _ deployment: Deployment, into years: inout [PlanResult.CostYear]) {
        let tier = item.tier
        let life = tier.lifetimeYears ?? Double(deployment.years)
        let whole = item.units * (tier.priceUsd + tier.installUsd)
        let first =
            whole - item.owned * (tier.priceUsd + tier.installUsd) - item.stocked * tier.priceUsd
        years[0].capexUsd += first
        years[0].discountedCostUsd += first
        var index = 1.0
        while index * life < Double(deployment.years) - 1e-9 {
            // A life that ends with a year is replaced at its end, within rounding.
            let year = min(deployment.years, max(1, Int((index * life - 1e-9).rounded(.up))))
            years[year].capexUsd += whole
            years[year].discountedCostUsd += whole * pow(1 + deployment.discount, -index * life)
            index += 1
        }
    }
}
