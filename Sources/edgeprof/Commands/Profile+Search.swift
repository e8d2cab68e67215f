import ArgumentParser
import EdgeprofAPI
import Foundation
import Measurement

extension Profile {
    /// What --search does not go with.
    func validateSearch() throws {
        if within != nil, !search { throw ValidationError("--within goes with --search") }
        guard search else { return }
        guard scenario == .offline else { throw ValidationError("--search goes with --scenario offline") }
        guard models.count == 1 else { throw ValidationError("--search takes one model at a time") }
        if layers || report != nil || trace != nil {
            throw ValidationError("--search goes without --layers, --report and --trace; profile what it finds")
        }
        if let within, within.seconds <= 0 || within.seconds > 3600 {
            throw ValidationError("--within is above 0 and at most an hour")
        }
    }

    /// Tries instances x threads, and says which serve most.
    func runSearch(_ source: ModelSource, _ measurer: Measurer) async throws {
        let cpus = measurer.hostFacts.usableCpus
        let shapes = ServingShape.candidates(usableCPUs: cpus, instances: instances, threads: threads)
        guard !shapes.isEmpty else {
            throw ValidationError(
                "\(instances.map { "\($0) instances" } ?? "instances") of \(threads.map { "\($0) threads" } ?? "any threads") "
                    + "do not fit into the \(cpus) CPU\(cpus == 1 ? "" : "s") usable here"
            )
        }
        var search = ServingSearch(
            shapes,
            seconds: duration.seconds,
            finalRuns: repetitions,
            withinNanoseconds: within.map { UInt64($0.seconds * 1e9) }
        )
        var runs: [Run] = []
        while let round = search.round {
            for (index, shape) in round.shapes.enumerated() {
                if let coolDown, !runs.isEmpty { try await Task.sleep(for: .seconds(coolDown.seconds)) }
                var settings = jobSettings(rate: nil)
                (settings.instances, settings.threads) = (shape.instances, shape.threads)
                settings.durationSeconds = round.seconds
                let place =
                    "\(source.name) \(shape.words), \(HumanUnits.number(round.seconds)) s (\(index + 1) of \(round.shapes.count))"
                let run = try await measurer.run(model: source, settings: settings.resolved(usableCpus: cpus)) {
                    Terminal.progress("\(place): \($0.words)")
                }
                runs.append(run)
                search.add(ServingSearch.Trial(run), of: shape)
            }
            search.advance()
        }
        Terminal.progress("")
        try write(runs, search.result)
        guard !runs.contains(where: { $0.outcome == .ok }) else { return }
        throw ExitCode(1)
    }

    private func write(_ runs: [Run], _ result: ServingResult) throws {
        let format = output.resolved
        guard format != .json else {
            return Terminal.write(try JSONOutput.text(RunListJSON(runs, search: SearchJSON(result))))
        }
        let limit = within.map { $0.seconds * 1000 }
        if format == .table {
            let conclusion = SearchTable.conclusion(result, withinMilliseconds: limit)
            Terminal.write(TextLayout.paragraph(conclusion, width: Terminal.width) + "\n")
        }
        Terminal.write(SearchTable.table(result).rendered(as: format))
        guard format == .table, let last = runs.last else { return }
        Terminal.write("\n" + SearchTable.settings(last) + SearchTable.notes(runs, result, width: Terminal.width))
    }
}

extension ServingShape {
    /// For example `4 x 1`.
    var words: String { "\(instances) x \(threads)" }
}

extension ServingSearch.Trial {
    fileprivate init(_ run: Run) {
        self.init(
            throughputPerSecond: run.throughputPerSecond,
            p50Nanoseconds: run.latencyNanoseconds?.p50 ?? 0,
            p99Nanoseconds: run.latencyNanoseconds?.p99 ?? 0,
            peakRssBytes: run.memory?.peakRssBytes ?? 0,
            isDisturbed: run.flags.contains(where: \.isDisturbance)
        )
    }
}
