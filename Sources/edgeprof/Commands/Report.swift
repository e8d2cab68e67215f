import ArgumentParser
import Economics
import EdgeprofAPI
import Foundation
import HTTPTransport

/// The command `edgeprof report`.
struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The decision as one document: question, answer, evidence, method, uncertainty.",
        discussion: """
            Writes a page that needs no other file, or Markdown, by the name's ending. It says what `edgeprof rank` and \
            `edgeprof plan` say, with figures, for whoever signs.

            Examples:
              edgeprof report --deployment examples/deployment.yaml -o report.html
              edgeprof report --deployment d.yaml --tiers t.yaml --measurements m.json -o report.md
              edgeprof report --deployment d.yaml --sites sites.csv --budget 50000 -o report.html
              edgeprof report --deployment d.yaml --what-if demand=x2 -o twice.html
            """
    )

    @OptionGroup var inputs: EconomicInputs

    @OptionGroup var options: PlanOptions

    @Option(name: .shortAndLong, help: ArgumentHelp("Where to write, ending in .html or .md.", valueName: "file"))
    var output: String

    func validate() throws {
        guard Self.isPage(output) || Self.isMarkdown(output) else {
            throw ValidationError("--output must end in .html or .md, not \(output)")
        }
    }

    func run() async throws {
        try OutputFile.check(output)
        let economicCase = try inputs.economicCase()
        let (measurements, tiers) = try await inputs.documents()
        let request = try options.request(economicCase, tiers: tiers.tiers.map(\.id), whatIf: inputs.whatIf)
        let supposed = try WhatIf(inputs.whatIf).applied(to: request.deployment, tiers: tiers)
        let report = DecisionReport(
            deployment: supposed.deployment,
            tiers: supposed.tiers,
            ranking: try Economics.rank(
                measurements: measurements,
                tiers: tiers,
                deployment: request.typicalDeployment,
                options: RankingOptions(whatIf: inputs.whatIf)
            ),
            plan: try Economics.plan(measurements: measurements, tiers: tiers, request: request),
            request: request,
            printed: "Printed \(Self.today) by edgeprof \(Edgeprof.version)"
        )
        let document = report.document
        try OutputFile.write(Self.isPage(output) ? document.html : document.markdown, to: output)
        let headline = report.plan.headline
        let answer = PlanResult.SitePlan.answer(in: headline) ?? headline.last ?? "Nothing to say."
        Terminal.write("\(answer) Written to \(output).\n")
        FirstSteps.say(FirstSteps.nothingMeasured, where: report.ranking.choices.isEmpty)
    }

    private static func isPage(_ path: String) -> Bool { path.hasSuffix(".html") || path.hasSuffix(".htm") }

    private static func isMarkdown(_ path: String) -> Bool { path.hasSuffix(".md") || path.hasSuffix(".markdown") }

    private static var today: String {
        let timestamp = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        return String(timestamp.description.prefix(10))
    }
}
