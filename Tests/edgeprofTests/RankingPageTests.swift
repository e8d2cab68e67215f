import Economics
import EdgeprofAPI
import Foundation
import Testing

@testable import edgeprof

/// The example of docs/deciding.md as it lies in examples.
enum Example {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("examples")

    static func rank(_ options: RankingOptions = RankingOptions()) throws -> RankingResult {
        try Economics.rank(
            measurements: try measurements(),
            tiers: try tiers(),
            deployment: try deployment(),
            options: options
        )
    }

    static func deployment() throws -> Deployment {
        try YAMLFile<Deployment>(path: folder.appendingPathComponent("deployment.yaml").path).content
    }

    static func tiers() throws -> TierList {
        try YAMLFile<TierList>(path: folder.appendingPathComponent("deciding/tiers.yaml").path).content
    }

    static func measurements() throws -> MeasurementSet {
        try InputFile.json(path: folder.appendingPathComponent("deciding/measurements.json").path, remedy: "")
    }

    static func report(_ change: (inout Deployment) -> Void = { _ in }) throws -> DecisionReport {
        var deployment = try deployment()
        change(&deployment)
        let (measurements, tiers) = (try measurements(), try tiers())
        return DecisionReport(
            deployment: deployment,
            tiers: tiers,
            ranking: try Economics.rank(measurements: measurements, tiers: tiers, deployment: deployment),
            plan: try Economics.plan(measurements: measurements, tiers: tiers, deployment: deployment),
            request: PlanningRequest(deployment: deployment),
            printed: "Printed 2026-11-23"
        )
    }
}

@Suite struct RankingPageTests {
    private func page(_ options: RankingOptions = RankingOptions(), all: Bool = false, width: Int = 80) throws -> String
    {
        let result = try Example.rank(options)
        return RankingPage(
            result,
            shown: all ? result.choices : result.choices.filter(\.bestTierForModel),
            width: width
        )
        .text
    }

    @Test func fitsEightyColumns() throws {
        for options in [
            RankingOptions(), RankingOptions(objective: .netValue), RankingOptions(objective: .usdPerMillionCorrect),
            RankingOptions(whatIf: ["price.large=400,demand=x2"]), RankingOptions(whatIf: ["correct_usd=none"]),
        ] {
            for line in try page(options, all: true).split(separator: "\n") {
                #expect(line.count <= 80, "\(line.count): \(line)")
            }
        }
    }

    @Test func theAnswerComesFirstAfterTheCaveat() throws {
        let lines = try page().split(separator: "\n")
        #expect(lines[0] == "Example prices: do not buy from this.")
        #expect(lines[1].hasPrefix("resnet18 on large returns most: ROI 74.4 (95 % "))
    }

    @Test func whatFailsSaysByHowMuch() throws {
        #expect(try page(all: true).contains("resnet50 on small: p99 197 ms > 150 ms: needs 1.31x"))
        #expect(!(try page()).contains("resnet50 on small"))
        #expect(try page().contains("--all shows 3 more choices"))
    }

    @Test func aWideTerminalHasBarsAndSettings() throws {
        let wide = try page(all: true, width: 180)
        #expect(wide.contains("●") && wide.contains("settings") && wide.contains("P(feas.)"))
        let narrow = try page(all: true)
        #expect(!narrow.contains("●") && narrow.contains("top-1 %"))
        #expect(narrow.contains("top-1: e evaluated here"))
    }

    @Test func changesAreShownAgainstWithout() throws {
        let text = try page(RankingOptions(whatIf: ["price.large=400,demand=x2"]))
        #expect(text.contains("Hypothetical: price.large 400 instead of 80, demand 40 instead of 20."))
        #expect(text.contains("4 → 1") && text.contains("30.9 → 41.2"))
        #expect(try page(RankingOptions(whatIf: ["hurdle=3"])).contains("The changes move no figure of these choices."))
    }

    @Test func withoutAValueStepsAreShown() throws {
        let text = try page(RankingOptions(whatIf: ["correct_usd=none"]))
        #expect(text.contains("USD a point and year") && text.contains("from 1,395"))
    }

    @Test func tiedChoicesStandSideBySide() {
        let choices = [("a", 1), ("b", 2), ("c", 1), ("d", 3)].map { name, group in
            var choice = Choice(model: name, tier: "t")
            choice.feasible = true
            choice.tieGroup = group
            return choice
        }
        #expect(RankingTable.grouped(choices).map(\.model) == ["a", "c", "b", "d"])
        let table = RankingTable.narrow(RankingTable.grouped(choices), by: .roi, width: 80)
        #expect(table.rows.map { $0[0] } == ["1=", "1=", "3", "4"])
    }

    @Test func barsShowDistributions() {
        #expect(Sparkline.bars([0, 1, 4, 8]) == " ▁▄█")
        #expect(Sparkline.bars([]) == "" && Sparkline.bars([0, 0]) == "")
        #expect(Sparkline.histogram([(1, 5), (2, 10)], width: 2) == "▄█")
        #expect(Sparkline.histogram([(3, 1)]) == "█" && Sparkline.histogram([]) == "")
        let scale = IntervalBar.Scale([[0, 10], [5, 20]])
        #expect(scale?.bar(5, [0, 10]) == "├────●────┤         ")
        #expect(scale?.bar(20, [20, 20]) == "                   ●")
        #expect(IntervalBar.Scale([[1, 1]]) == nil && IntervalBar.Scale([]) == nil)
        #expect(scale?.bar(nil, nil) == "")
    }
}

@Suite struct DecisionReportTests {
    @Test func thePageAnswersWithNothingElse() throws {
        let page = try Example.report().document.html
        for words in [
            "Buy resnet50 on large: 2 units a site, 46,493 USD over 3 years", "The question", "Evidence", "Method",
            "What is not known", "p99 197 ms &gt; 150 ms: needs 1.31x", "<polyline", "Example prices",
            "20 USD a million", "backbone", "net to date", "slo.milliseconds", "densenet121: at an accuracy of",
        ] {
            #expect(page.contains(words), "\(words)")
        }
        for words in ["<script", "http:", "https:", "<link", "<img", "url(", "@import", ">nan", ">inf", "\"nan"] {
            #expect(!page.lowercased().contains(words), "\(words)")
        }
        #expect(page.components(separatedBy: "<svg").count == 3)
    }

    @Test func namesAreNeverMarkup() throws {
        var report = try Example.report()
        let hostile = "<b>x</b>|`*_[a](b)\u{1b}[31m\"'\n# h"
        var ranking = report.ranking
        for index in ranking.choices.indices { ranking.choices[index].model = hostile }
        var plan = report.plan
        plan.choice?.model = hostile
        for index in plan.frontier.indices { plan.frontier[index].model = hostile }
        var deployment = report.deployment
        deployment.name = hostile
        report = DecisionReport(
            deployment: deployment,
            tiers: report.tiers,
            ranking: ranking,
            plan: plan,
            request: report.request,
            printed: ""
        )
        let page = report.document.html
        #expect(!page.contains("<b>") && !page.contains("\u{1b}") && page.contains("&lt;b&gt;x"))
        let markdown = report.document.markdown
        #expect(!markdown.contains("\u{1b}"))
        let prose = markdown.components(separatedBy: "```").enumerated().filter { $0.offset.isMultiple(of: 2) }
        #expect(!prose.contains { $0.element.contains("<b>") || $0.element.contains("\n# h") })
    }

    @Test func markdownHasTablesAndFigures() throws {
        let text = try Example.report().document.markdown
        #expect(text.hasPrefix("# What to buy: retail-cameras\n"))
        #expect(text.contains("| figure | value |") && text.contains(">  resnet50 on large"))
        #expect(text.contains("**Buy resnet50 on large: 2 units a site"))
    }

    @Test func sitesBudgetAndStockAreInTheReport() throws {
        let (measurements, tiers, deployment) =
            (try Example.measurements(), try Example.tiers(), try Example.deployment())
        func report(_ request: PlanningRequest) throws -> DecisionReport {
            DecisionReport(
                deployment: request.deployment,
                tiers: tiers,
                ranking: try Economics.rank(measurements: measurements, tiers: tiers, deployment: deployment),
                plan: try Economics.plan(measurements: measurements, tiers: tiers, request: request),
                request: request,
                printed: ""
            )
        }
        let sites = (0..<250).map {
            PlanningRequest.Site(site: "s\($0)|<i>", inferencesPerSecond: Double(1 + $0), duty: 0.25)
        }
        let listed = try report(
            PlanningRequest(deployment: deployment, sites: sites, stock: ["small": 3], budgetUsd: 20_000)
        )
        let page = listed.document.html
        for words in [
            "serve 1 to 250 inferences a second at each of 250 listed sites, busy 25 % of the time", "20,000 USD",
            "3 of small", "units each", "of a budget of", "Site by site", "The first 200 of 250 sites",
            "s199|&lt;i&gt;",
        ] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(!page.contains("s200|") && !page.contains("<i>"))
        // A budget alone leaves some of the alike sites out: the units of one site times all sites would be wrong.
        let poor = try report(PlanningRequest(deployment: deployment, budgetUsd: 5000)).document
        #expect(poor.markdown.contains("units each") && !poor.markdown.contains("Site by site"))
        #expect(!poor.markdown.contains("| figure | value |"))
        let none = try report(PlanningRequest(deployment: deployment, budgetUsd: 0)).document.html
        #expect(none.contains("Nothing is bought: the budget is too small for any site."))
    }

    @Test func whatIsNotThereIsLeftOut() throws {
        // Nothing feasible, no value, no demand: still a document.
        let impossible = try Example.report { $0.slo.milliseconds = 1 }.document.html
        #expect(impossible.contains("nothing is feasible") && impossible.contains("needs 17.0x"))
        let bare = try Example.report { $0.value = nil }.document
        #expect(bare.html.contains("What a point of accuracy must be worth") && bare.html.contains("not given"))
        #expect(try Example.report { $0.demand.inferencesPerSecond = 0 }.document.markdown.contains("## The answer"))
        let empty = DecisionReport(
            deployment: try Example.deployment(),
            tiers: try Example.tiers(),
            ranking: try Economics.rank(
                measurements: MeasurementSet(measurements: []),
                tiers: try Example.tiers(),
                deployment: try Example.deployment()
            ),
            plan: try Economics.plan(
                measurements: MeasurementSet(measurements: []),
                tiers: try Example.tiers(),
                deployment: try Example.deployment()
            ),
            request: PlanningRequest(deployment: try Example.deployment()),
            printed: ""
        )
        #expect(empty.document.html.contains("Nothing to rank"))
    }
}
