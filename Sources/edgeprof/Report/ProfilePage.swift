import EdgeprofAPI

/// Runs as one page that needs nothing else: no script, no other file, no network.
enum ProfilePage {
    /// The page.
    static func html(_ runs: [Run]) -> String {
        let title = runs.map(\.model.name).joined(separator: ", ")
        let head = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTML.escaped(title)) · edgeprof</title>
            <style>\(style)</style></head>
            """
        return head + "\n" + HTML.element("body", [:], runs.map(section).joined(separator: "\n")) + "</html>\n"
    }

    private static func section(_ run: Run) -> String {
        var parts = [HTML.text("h1", [:], run.model.name), HTML.text("p", ["class": "sub"], subtitle(run))]
        parts.append(HTML.text("p", ["class": "lead"], RunExplanation.paragraph(run)))
        parts.append(HTML.table(figures(run)))
        if let plot = RooflinePlot(run) {
            parts.append(HTML.text("h2", [:], "Layers under this box's ceilings"))
            parts.append(legend(run))
            parts.append(plot.svg)
            parts.append(
                HTML.text(
                    "p",
                    ["class": "note"],
                    "Ceilings were measured on this box with the run's instruction set and threads. A point's area is its "
                        + "share of the time; its place counts the bytes the plan reads and writes once (ideal), its colour "
                        + "what bounds it once each operand comes from the cache that can hold it."
                )
            )
        }
        if let bars = LayerBars(run) {
            parts.append(HTML.text("h2", [:], "Time of each layer"))
            parts.append(
                HTML.text("p", ["class": "note"], "In the order they run. The full colour is what the roofline allows.")
            )
            parts.append(bars.svg)
            parts.append(HTML.text("h2", [:], "Layers"))
            parts.append(HTML.text("p", ["class": "note"], layerNote(run)))
            parts.append(HTML.element("div", ["class": "wide"], HTML.table(LayerTable.table(run))))
        }
        parts.append(HTML.text("h2", [:], "Counters"))
        parts.append(HTML.table(CounterTables.counters(run)))
        parts.append(HTML.table(CounterTables.figures(run)))
        if run.threads > 1 {
            parts.append(HTML.text("p", ["class": "note"], "Of the team: \(CounterWords.waiting)."))
        }
        parts.append(HTML.text("p", ["class": "note"], provenance(run)))
        return HTML.element("section", [:], parts.joined(separator: "\n"))
    }

    private static func subtitle(_ run: Run) -> String {
        let limits = run.host.limits == nil ? "" : ", a stand-in under limits"
        return "\(run.host.cpuModel), \(run.host.hostname)\(limits) · \(ProfileTable.settings(run).dropLast())"
    }

    private static func figures(_ run: Run) -> Table {
        var rows: [[String]] = []
        if let latency = run.latencyNanoseconds {
            rows.append(
                [
                    "latency", "p50 \(RunTable.milliseconds(latency.p50)) ms",
                    "p90 \(RunTable.milliseconds(latency.p90)), p99 \(RunTable.milliseconds(latency.p99)), "
                        + "least \(RunTable.milliseconds(latency.min)) ms; \(latency.count) queries",
                ]
            )
            rows += LatencyWords.rows(latency)
        }
        if let rate = run.throughputPerSecond {
            rows.append(["throughput", "\(HumanUnits.number(rate)) a second", "all instances"])
        }
        if let memory = run.memory {
            rows.append(
                [
                    "memory", "\(HumanUnits.bytes(memory.peakRssBytes)) peak",
                    "\(HumanUnits.bytes(memory.weightBytes)) weights, \(HumanUnits.bytes(memory.arenaBytes)) activations, "
                        + "\(HumanUnits.bytes(memory.loadPeakRssBytes)) peak while loading",
                ]
            )
        }
        if let limit = run.memoryLimit { rows.append(MemoryRows.figure(limit, run)) }
        if let energy = run.energy {
            let details = [EnergyText.power(run), EnergyText.resolution(run), EnergyText.idle(run)].compactMap(\.self)
            rows.append(
                [
                    "energy", EnergyText.perQuery(run) ?? "not measured",
                    details.isEmpty ? energy.reason ?? "" : details.joined(separator: "; "),
                ]
            )
        }
        rows += ServiceWords.details(run).map { [$0[0], $0[1], ""] }
        rows.append(["flags", run.flags.isEmpty ? "none" : run.flags.map(\.rawValue).joined(separator: ", "), ""])
        return Table(columns: [.text("figure"), .text("value"), .text("detail")], rows: rows)
    }

    private static func legend(_ run: Run) -> String {
        let bounds = Run.Roofline.Bound.allCases.filter { bound in (run.layers ?? []).contains { $0.boundBy == bound } }
        let items = bounds.map { bound in
            HTML.element("span", ["class": "swatch", "style": "background:\(BoundColour.of(bound))"], "")
                + HTML.text("span", [:], "bound by \(BoundColour.words(bound))")
        }
        return HTML.element("p", ["class": "legend"], items.joined(separator: " "))
    }

    private static func layerNote(_ run: Run) -> String {
        let counted = (run.layers ?? []).contains { $0.counters != nil }
        return
            "Bytes are those the plan must read and write at least once, and MAC/B multiply-accumulates for each of them (ideal)."
            + (counted ? " Counters are medians of a query on one thread, in passes apart from the timed ones." : "")
    }

    private static func provenance(_ run: Run) -> String {
        "Run \(run.id), \(run.startedAt.shortDescription), \(run.producer), \(run.host.operatingSystem), Linux \(run.host.kernel). "
            + "Model SHA-256 \(run.model.sha256). Times of layers are medians of a pass of their own, apart from the timed queries."
    }

    private static let style = """
        :root{color-scheme:light dark;--ink:#1b1f24;--faint:#667;--rule:#d5d9e0;--paper:#fff}
        @media(prefers-color-scheme:dark){:root{--ink:#e4e7ec;--faint:#9aa3b2;--rule:#343a46;--paper:#15181d}}
        body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
        h1{margin:0}h2{margin:2rem 0 .5rem;font-size:1.15rem}section+section{border-top:1px solid var(--rule);margin-top:3rem;padding-top:2rem}
        .sub,.note{color:var(--faint)}.note{font-size:.87rem}.lead{font-size:1.05rem}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.87rem}.wide{overflow-x:auto}
        th,td{text-align:left;padding:.2rem .8rem .2rem 0;border-bottom:1px solid var(--rule);vertical-align:top}.n{text-align:right}
        svg{width:100%;height:auto;font:11px system-ui,sans-serif}svg text{fill:var(--faint)}.bars{font-size:9px}
        .grid{stroke:var(--rule);stroke-width:1}.ceiling{stroke-width:2}
        .swatch{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 .8em;border-radius:2px}
        """
}
