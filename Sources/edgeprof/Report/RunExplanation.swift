import EdgeprofAPI

/// Why a run took as long as it did, in words: what bound it, where the time went, what our engine left.
enum RunExplanation {
    /// One paragraph; says what is not known where something is missing.
    static func paragraph(_ run: Run) -> String {
        var sentences = [headline(run)]
        if let sentence = ceilings(run) { sentences.append(sentence) }
        sentences += shares(run)
        if let sentence = counters(run) { sentences.append(sentence) }
        let disturbances = run.flags.filter(\.isDisturbance)
        if !disturbances.isEmpty {
            let names = disturbances.map(\.rawValue).joined(separator: ", ")
            sentences.append("The run was disturbed (\(names)): repeat it before relying on it.")
        }
        return sentences.joined(separator: " ")
    }

    private static func headline(_ run: Run) -> String {
        guard let latency = run.latencyNanoseconds else {
            return "\(run.model.name) was not measured: \(run.outcomeReason ?? run.outcome.rawValue)."
        }
        let threads = run.threads == 1 ? "one thread" : "\(run.threads) threads"
        let company = run.instances == 1 ? "" : ", \(run.instances) instances side by side"
        return "\(run.model.name) answered in \(HumanUnits.nanoseconds(Double(latency.p50))) "
            + "(median of \(latency.count) queries) on \(threads)\(company) with \(run.isa) kernels."
    }

    private static func ceilings(_ run: Run) -> String? {
        guard let latency = run.latencyNanoseconds, let roofline = run.roofline else { return nil }
        guard let share = roofline.share, let allowed = roofline.allowedNanoseconds else {
            return
                "How much of that this box allows is not known: \(roofline.reason ?? "its ceilings were not measured")."
        }
        let verdict =
            run.flags.contains(.engineLimited)
            ? "most of the rest is our engine's to win, so the figure says less about the model"
            : "the rest is what kernels and their launching leave"
        return
            "Its arithmetic and traffic would take \(HumanUnits.nanoseconds(allowed)) at this box's own ceilings, "
            + "\(HumanUnits.number(100 * share)) % of \(HumanUnits.nanoseconds(Double(latency.p50))): \(verdict)."
    }

    private static func shares(_ run: Run) -> [String] {
        let layers = run.layers ?? []
        let total = layers.reduce(0) { $0 + Double($1.nanoseconds) }
        guard total > 0 else { return [] }
        var sentences: [String] = []
        let bounds = Run.Roofline.Bound.allCases.compactMap { bound -> (String, Double)? in
            let time = layers.filter { $0.boundBy == bound }.reduce(0) { $0 + Double($1.nanoseconds) }
            // Half a percent explains nothing.
            return time / total >= 0.005 ? (BoundColour.words(bound), time / total) : nil
        }.sorted { $0.1 > $1.1 }
        if !bounds.isEmpty {
            let words = bounds.map { "\(HumanUnits.number(100 * $1)) % in layers bound by \($0)" }
            sentences.append("Of the layers' time, \(list(words)).")
        }
        let slowest = layers.sorted { $0.nanoseconds > $1.nanoseconds }.prefix(3)
        let slow = slowest.map { "\($0.name) (\(HumanUnits.number(100 * Double($0.nanoseconds) / total)) %)" }
        sentences.append("The longest are \(list(slow)).")
        let lost = layers.compactMap { layer in
            layer.rooflineShare.map { (layer, Double(layer.nanoseconds) * (1 - min(1, max(0, $0)))) }
        }.sorted { $0.1 > $1.1 }.prefix(3).filter { $0.1 > 0 }
        if !lost.isEmpty {
            let words = lost.map { "\($0.name) (\(HumanUnits.nanoseconds($1)))" }
            sentences.append("Furthest from their ceilings, in time, are \(list(words)).")
        }
        return sentences
    }

    private static func counters(_ run: Run) -> String? {
        guard let cycle = run.counterFigure(.instructionsPerCycle), let rate = cycle.value else {
            let reason = run.counters.first { $0.name == "instructions" }?.reason
            return reason.map { "The processor's counters tell nothing here (\($0))." }
        }
        var sentence = "It retired \(CounterWords.mark(cycle.isScaled))\(HumanUnits.number(rate)) instructions a cycle"
        if let misses = run.counterFigure(.lastLevelMisses)?.value {
            sentence += " and missed the last-level cache \(HumanUnits.number(misses)) times in 1,000 instructions"
        }
        return sentence + "."
    }

    /// a, b and c.
    private static func list(_ words: [String]) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + last
    }
}
