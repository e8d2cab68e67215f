import EdgeprofAPI

/// An economic case and the arithmetic in prose.
enum DeploymentWords {
    /// The question in a sentence; the sites of a list go before the deployment's alike ones.
    static func question(_ deployment: Deployment, sites list: [PlanResult.SitePlan.Row] = []) -> String {
        let demand = deployment.demand
        let (rate, duty, count) =
            list.isEmpty
            ? (HumanUnits.plain(demand.inferencesPerSecond), HumanUnits.plain(100 * demand.duty), demand.sites)
            : (range(list.map(\.inferencesPerSecond)), range(list.map { 100 * $0.duty }), list.count)
        let listed = list.isEmpty ? "" : " listed"
        let sites = count == 1 ? "one site" : "each of \(HumanUnits.plain(Double(count)))\(listed) sites"
        let busy = duty == "100" ? "" : ", busy \(duty) % of the time"
        let floor =
            deployment.accuracyFloor == 0
            ? "" : ", an accuracy of at least \(HumanUnits.plain(100 * deployment.accuracyFloor)) %"
        return
            "Which vision model, on which hardware tier, should serve \(rate) "
            + "inferences a second at \(sites)\(busy), with \(HumanUnits.plain(deployment.slo.percentile)) % of the answers "
            + "within \(HumanUnits.plain(deployment.slo.milliseconds)) ms under load\(floor), over \(deployment.years) "
            + "year\(deployment.years == 1 ? "" : "s")?"
    }

    /// The least and the greatest, or what all are.
    private static func range(_ values: [Double]) -> String {
        let (least, greatest) = (values.min() ?? 0, values.max() ?? 0)
        return least == greatest
            ? HumanUnits.plain(least) : "\(HumanUnits.plain(least)) to \(HumanUnits.plain(greatest))"
    }

    /// The terms it is answered under; the budget in USD, nil for none, and units in stock by tier.
    static func terms(_ deployment: Deployment, budget: Double? = nil, stock: [String: Int] = [:]) -> Table {
        var rows = [
            ["arrivals", deployment.demand.arrivals.rawValue],
            ["discount", HumanUnits.plain(100 * deployment.discount) + " % a year"],
            ["electricity", HumanUnits.number(deployment.usdPerKwh) + " USD/kWh"],
            ["throughput kept free", HumanUnits.plain(100 * deployment.headroom) + " %"],
            [
                "worth of correct answers",
                deployment.value.map { HumanUnits.plain(1e6 * $0.correctUsd) + " USD a million" }
                    ?? "not given: ranked by cost",
            ],
        ]
        if let value = deployment.value {
            rows.append(["loss by wrong answers", HumanUnits.plain(1e6 * value.wrongUsd) + " USD a million"])
        }
        rows.append(["return asked beyond repayment (hurdle)", HumanUnits.plain(deployment.hurdle)])
        if let budget { rows.append(["budget, running costs included", HumanUnits.dollars(budget) + " USD"]) }
        for (tier, units) in stock.sorted(by: { $0.key < $1.key }) where units > 0 {
            rows.append(["in stock", "\(units) of \(tier)"])
        }
        if deployment.backboneInfluence != 1 {
            rows.append([
                "share of accuracy that reaches the application", HumanUnits.plain(deployment.backboneInfluence),
            ])
        }
        if deployment.appMemoryMib > 0 {
            rows.append(["memory of the application", HumanUnits.plain(deployment.appMemoryMib) + " MiB"])
        }
        if let days = deployment.deadlineDays { rows.append(["deadline", HumanUnits.plain(days) + " days"]) }
        if let tuning = deployment.tuning {
            let trial =
                tuning.gpuHours * tuning.gpuUsdPerHour + tuning.engineerHours * tuning.engineerUsdPerHour
            rows.append(
                [
                    "tuning",
                    "\(tuning.valuesPerHyperparameter) values of each hyper-parameter, at most \(tuning.maxTrials) trials of "
                        + "\(HumanUnits.plain(trial)) USD",
                ]
            )
        } else {
            rows.append(["tuning", "none: weights are used as they are"])
        }
        return Table(columns: [.text("term"), .text("value")], rows: rows)
    }

    /// How the answer is reckoned.
    static let method = [
        """
        Units a site: the fewest with which the latency under load keeps the promise and the share of throughput kept free is \
        free. Latency under load is the measured latency at the promised percentile plus the wait in one queue before all \
        instances of the site (Allen and Cunneen's approximation on Erlang's C).
        """,
        """
        Cost: hardware and its installation, bought anew when its life ends within the horizon; energy and maintenance; tuning \
        of the model's family by grid search, at most the trials said above. All payments are discounted. Value: every answer \
        of the horizon, worth what a correct one gains less what a wrong one loses.
        """,
        """
        The ranking is by return on investment, (value - cost) / cost, which favours the cheap; the purchase is the choice, or \
        nothing, whose value exceeds (1 + hurdle) times its cost most. A choice is feasible if it fails none of the tests of \
        latency, memory, accuracy, units, throughput and deadline.
        """,
        """
        Uncertainty: hosts are the unit that is repeated. Throughput, latency and memory of each choice are drawn around what \
        was measured with the spread between hosts, accuracies with the number of images or the doubt in a published figure, \
        and every draw is sized, tested and priced anew. Formulas: docs/economics.md of edgeprof.
        """,
    ]
}
