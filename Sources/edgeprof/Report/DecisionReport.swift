import Economics
import EdgeprofAPI

/// The decision as a document for whoever signs it: question, answer, evidence, method and what is not known.
struct DecisionReport {
    let deployment: Deployment
    let tiers: TierList
    let ranking: RankingResult
    let plan: PlanResult
    /// What the plan was asked for, before anything was supposed.
    let request: PlanningRequest
    /// When and by what it was printed.
    let printed: String

    /// The document.
    var document: ReportDocument {
        ReportDocument(
            title: "What to buy: \(deployment.name)",
            subtitle: printed,
            blocks: question + answer + figures + alternatives + changes + evidence + siteBySite + method + uncertainty
        )
    }

    private var question: [ReportDocument.Block] {
        [
            .heading("The question"), .paragraph(DeploymentWords.question(deployment, sites: listedSites)),
            .table(DeploymentWords.terms(deployment, budget: request.budgetUsd, stock: request.stock)),
        ]
    }

    private var answer: [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = [.heading("The answer")]
        blocks += plan.headline.map { .lead($0) }
        if let hypothesis = ranking.hypothesis {
            blocks.append(.paragraph(hypothesis.sentences.joined(separator: " ")))
        }
        if let sitePlan = plan.sitePlan, sitePlan.servedSites > 0, request.isBySite {
            blocks.append(.table(PlanSiteTable.bought(sitePlan)))
            if let totals = PlanSiteTable.totals(sitePlan) { blocks.append(.paragraph(totals)) }
        } else if let choice = plan.choice {
            blocks.append(.table(facts(choice)))
        } else if let reason = plan.choiceReason {
            blocks.append(.paragraph("Nothing is bought: \(reason)."))
        }
        if !plan.costByYear.isEmpty {
            blocks.append(.paragraph("What is paid and gained by year, USD:"))
            blocks.append(.table(PlanTable.years(plan.costByYear, total: plan.choice)))
        }
        // The caveat is said already.
        blocks.append(
            .paragraph(
                "As a ranking: " + ranking.headline.filter { !plan.headline.contains($0) }.joined(separator: " ")
            )
        )
        return blocks
    }

    /// The sites of a list, none where all are alike.
    private var listedSites: [PlanResult.SitePlan.Row] { plan.sitePlan?.sites.filter { $0.site != nil } ?? [] }

    /// What every listed site gets.
    private var siteBySite: [ReportDocument.Block] {
        let most = 200
        let count = listedSites.count
        guard count > 0 else { return [] }
        let rest = "The first \(most) of \(count) sites; `edgeprof plan --format csv` lists all."
        return [.heading("Site by site")] + (count > most ? [.paragraph(rest)] : [])
            + [.table(PlanSiteTable.sites(listedSites.prefix(most)))]
    }

    private func facts(_ choice: Choice) -> Table {
        let dollars = { (value: Double?) in value.map { HumanUnits.dollars($0) + " USD" } ?? "unknown" }
        var rows = [
            ["model, tier", "\(choice.model) on \(choice.tier)"],
            ["serving configuration", choice.settings?.description ?? "not named"],
            [
                "units",
                "\(choice.unitsPerSite.map(String.init) ?? "?") a site, "
                    + HumanUnits.dollars(Double((choice.unitsPerSite ?? 0) * deployment.demand.sites)).droppingCents
                    + " in all",
            ],
            [
                "latency under load",
                "p\(HumanUnits.plain(deployment.slo.percentile)) "
                    + (choice.latencyUnderLoadMilliseconds.map(HumanUnits.number) ?? "?")
                    + " ms of \(HumanUnits.plain(deployment.slo.milliseconds)) ms allowed",
            ],
            ["hardware", dollars(choice.capexUsd)], ["energy and maintenance", dollars(choice.opexUsd)],
            ["tuning", dollars(choice.tuningUsd)], ["total cost of ownership", dollars(choice.tcoUsd)],
        ]
        if let value = choice.valueUsd { rows.append(["value of the answers", dollars(value)]) }
        if let net = choice.netValueUsd { rows.append(["net value", dollars(net)]) }
        if let roi = choice.roi {
            let interval = choice.roiInterval.map { ends in
                ", 95 % \(ends.map(HumanUnits.number).joined(separator: " to "))"
            }
            rows.append(["return on investment", HumanUnits.number(roi) + (interval ?? "")])
        }
        if let cost = choice.usdPerMillionCorrect {
            rows.append(["cost of a million correct answers", HumanUnits.number(cost) + " USD"])
        }
        if let share = choice.pBest {
            rows.append(["probability of being best", HumanUnits.number(100 * share) + " %"])
        }
        if let accuracy = choice.accuracy { rows.append(["accuracy", Self.words(accuracy)]) }
        rows.append([
            "measured on", "\(choice.hosts) host\(choice.hosts == 1 ? "" : "s"), basis \(choice.basis.rawValue)",
        ])
        return Table(columns: [.text("figure"), .text("value")], rows: rows)
    }

    private static func words(_ accuracy: Choice.Accuracy) -> String {
        "\(HumanUnits.percent(accuracy.value)) %, \(accuracy.source)"
            + (accuracy.images.map { " on \($0) images" } ?? "") + (accuracy.note.map { "; \($0)" } ?? "")
    }

    private var figures: [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = []
        if let figure = CostValueFigure(ranking, plan) {
            blocks.append(
                .figure(
                    svg: figure.svg,
                    text: figure.text,
                    caption:
                        "Every choice by what it costs and returns. The line joins those worth considering as each dollar has to "
                        + "earn more or less; crosses are not feasible; the filled orange point is what to buy."
                )
            )
        }
        if let figure = IntervalFigure(ranking) {
            blocks.append(
                .figure(
                    svg: figure.svg,
                    text: figure.text,
                    caption:
                        "\(figure.quantity) of the feasible choices, the best \(IntervalFigure.most) at most, with 95 % intervals."
                )
            )
        }
        return blocks
    }

    private var alternatives: [ReportDocument.Block] {
        let feasible = RankingTable.grouped(ranking.choices.filter(\.feasible))
        let others = ranking.choices.filter { !$0.feasible }
        var blocks: [ReportDocument.Block] = [.heading("What was compared")]
        if !feasible.isEmpty {
            blocks.append(.table(RankingTable.narrow(feasible, by: ranking.objective, width: 110, hasBars: false)))
            blocks.append(.list(RankingTable.legend(feasible).split(separator: "\n").map(String.init)))
        }
        if !others.isEmpty {
            blocks.append(.paragraph("Not feasible, and by how much:"))
            blocks.append(
                .list(
                    others.map { choice in
                        "\(choice.model) on \(choice.tier): " + choice.shortfalls.map(\.message).joined(separator: "; ")
                    }
                )
            )
        }
        return blocks
    }

    private var changes: [ReportDocument.Block] {
        var blocks: [ReportDocument.Block] = []
        if !plan.frontier.isEmpty {
            blocks.append(.paragraph("Step by step from buying nothing, what each further dollar returns:"))
            blocks.append(.table(PlanTable.frontier(plan)))
        }
        if !plan.breakEven.isEmpty {
            blocks.append(.paragraph("How much of the backbone's accuracy must reach the application:"))
            blocks.append(.list(plan.breakEven.map { "\($0.against.model) on \($0.against.tier): \($0.message)" }))
        }
        if let steps = ranking.steps, steps.count > 1 {
            blocks.append(
                .paragraph(
                    "What a point of accuracy must be worth a year, to all sites together, for each step to pay:"
                )
            )
            blocks.append(
                .list(
                    steps.compactMap { step in
                        step.usdPerPointYear.map {
                            "\(step.model) on \(step.tier) (+\(HumanUnits.number(step.pointsGained ?? 0)) points): from "
                                + "\(HumanUnits.dollars($0)) USD"
                        }
                    }
                )
            )
        }
        if let rows = plan.sensitivity?.choice, !rows.isEmpty {
            let flips = PlanTable.flips(rows)
            if flips.rows.isEmpty {
                blocks.append(.paragraph("None of \(rows.count) numbers flips the choice within its range."))
            } else {
                blocks.append(.paragraph("How far a number may move before something else is bought, nearest first:"))
                blocks.append(.table(flips))
            }
        }
        if !plan.counterfactuals.isEmpty {
            blocks.append(.paragraph("What models that are not bought would have to gain, each alone:"))
            blocks.append(
                .list(
                    plan.counterfactuals.map { item in
                        "\(item.model): " + item.levers.map(\.message).joined(separator: "; ")
                    }
                )
            )
        }
        if let share = ranking.equalShare { blocks.append(.paragraph(share.message)) }
        return blocks.isEmpty ? [] : [.heading("What would change the answer")] + blocks
    }

    private var evidence: [ReportDocument.Block] {
        let milliseconds = { (value: Double?) in value.map(HumanUnits.number) ?? "-" }
        let percentile = HumanUnits.plain(deployment.slo.percentile)
        let measured = Table(
            columns: [
                .text("model"), .text("tier"), .text("settings"), .number("p\(percentile) ms"),
                .number("worst host ms"), .number("per s"), .number("MiB"), .number("hosts"), .text("accuracy"),
                .text("basis"),
            ],
            rows: ranking.choices.map { choice in
                [
                    choice.model, choice.tier, choice.settings?.description ?? "",
                    milliseconds(choice.latencyMilliseconds), milliseconds(choice.worstHostLatencyMilliseconds),
                    milliseconds(choice.throughputPerSecond), milliseconds(choice.peakRssMib), String(choice.hosts),
                    choice.accuracy.map(Self.words) ?? "unknown",
                    ([choice.basis.rawValue] + choice.flags).joined(separator: ", "),
                ]
            }
        )
        let prices = Table(
            columns: [
                .text("tier"), .number("price USD"), .number("install USD"), .number("MiB"), .number("idle W"),
                .number("active W"), .number("maintenance a year"), .text("priced on"),
            ],
            rows: tiers.tiers.map { tier in
                [
                    tier.id, HumanUnits.dollars(tier.priceUsd), HumanUnits.dollars(tier.installUsd),
                    HumanUnits.plain(tier.memoryMib), HumanUnits.plain(tier.idleWatts),
                    HumanUnits.plain(tier.activeWatts), HumanUnits.percent(tier.maintenancePerYear) + " %",
                    tier.pricedOn ?? "not said",
                ]
            }
        )
        return [
            .heading("Evidence"),
            .paragraph("What was measured, all instances of a unit busy, without a queue before it:"), .table(measured),
            .paragraph(
                tiers.examplePrices ? "Prices, which are examples nobody should buy on:" : "Prices and power:"
            ),
            .table(prices),
        ]
    }

    private var method: [ReportDocument.Block] {
        [.heading("Method")] + DeploymentWords.method.map { .paragraph($0) }
    }

    private var uncertainty: [ReportDocument.Block] {
        let basis = ranking.uncertainty
        let spread =
            switch basis.betweenHostSpread {
            case .measured:
                "The spread between hosts is pooled over tiers and models, \(basis.degreesOfFreedom) degrees of freedom."
            case .assumed: "Nothing was measured on two hosts of a tier: a spread of 10 % between hosts is assumed."
            case .unknown:
                "The measurements name no hosts: nothing can be said of the spread, and there are no intervals."
            }
        let notes = (ranking.warnings + plan.warnings + ranking.assumptions + plan.assumptions).reduce(into: [String]())
        {
            if !$0.contains($1) { $0.append($1) }
        }
        var blocks: [ReportDocument.Block] = [
            .heading("What is not known"),
            .paragraph(
                spread
                    + (basis.draws > 0
                        ? " Intervals hold 95 of 100 true values in simulated fleets; they come from \(basis.draws) draws, seed \(basis.seed), "
                            + "so that the same input gives this same document." : "")
            ),
        ]
        if let first = plan.valueOfInformation?.items.first {
            let subject =
                first.kind == .hosts
                ? "\(first.model) on more hosts of \(first.tier ?? "its tier")"
                : "\(first.model)'s accuracy on your images"
            blocks.append(
                .paragraph(
                    "What to measure next: \(subject). To know it is worth at most \(HumanUnits.dollars(first.worthUsd)) USD."
                )
            )
        }
        if !notes.isEmpty { blocks.append(.list(notes)) }
        blocks.append(.paragraph("Decided by: ______________________      Date: ______________"))
        return blocks
    }
}

extension String {
    /// A whole number without the cents that small amounts of money have.
    fileprivate var droppingCents: String { hasSuffix(".00") ? String(dropLast(3)) : self }
}
