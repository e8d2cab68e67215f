import ArgumentParser
import Economics
import EdgeprofAPI
import HTTPTransport

/// What `rank`, `plan` and `report` reckon with: the economic case, and measurements and prices from files or the collector.
struct EconomicInputs: ParsableArguments {
    @Option(help: ArgumentHelp("The economic case as YAML.", valueName: "file"))
    var deployment: String

    @Option(help: ArgumentHelp("Tiers as YAML, instead of the collector's.", valueName: "file"))
    var tiers: String?

    @Option(help: ArgumentHelp("Measurements as JSON, instead of the collector's.", valueName: "file"))
    var measurements: String?

    @Option(
        help: ArgumentHelp(
            "Suppose other figures, such as price.large=60,demand=x2; repeatable (docs/economics.md).",
            valueName: "key=number,…"
        )
    )
    var whatIf: [String] = []

    /// Where measurements and prices come from.
    enum Source {
        case files(MeasurementSet, TierList)
        case collector(CollectorClient)
    }

    func validate() throws {
        if (tiers == nil) != (measurements == nil) {
            throw ValidationError("give both --tiers and --measurements, or neither to ask the collector")
        }
        do {
            _ = try WhatIf(whatIf)
        } catch {
            throw ValidationError("\(error)")
        }
    }

    /// The economic case, checked; a mistake is reported with its line.
    func economicCase() throws -> Deployment {
        let file = try YAMLFile<Deployment>(path: deployment)
        try file.refuse(file.content.problems())
        return file.content
    }

    /// Measurements and prices, checked where they are files.
    func source() throws -> Source {
        guard let tiers, let measurements else { return .collector(try CollectorConnection.saved()) }
        let list = try Tiers.Import.load(tiers)
        let set = try InputFile.json(
            path: measurements,
            as: MeasurementSet.self,
            remedy: "give what `edgeprof summary --format json` prints"
        )
        let problems = set.problems()
        guard problems.isEmpty else {
            throw InputError(problems.map { "\(measurements): \($0)" }.joined(separator: "\n"))
        }
        return .files(set, list)
    }

    /// Measurements and prices, whichever they come from.
    func documents() async throws -> (measurements: MeasurementSet, tiers: TierList) {
        switch try source() {
        case .files(let measurements, let tiers): (measurements, tiers)
        case .collector(let client): (try await client.summary(), try await client.tiers())
        }
    }
}
