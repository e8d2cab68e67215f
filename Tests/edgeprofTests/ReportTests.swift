import EdgeprofAPI
import Foundation
import Testing

@testable import edgeprof

@Suite struct ReportTests {
    private func layer(
        _ name: String,
        macs: UInt64 = 1_000_000,
        nanoseconds: UInt64 = 10_000,
        share: Double? = 0.5,
        bound: Run.Roofline.Bound? = .compute
    ) -> Run.Layer {
        var layer = Run.Layer(
            name: name,
            operation: "conv",
            shape: "1x8x8x8",
            macs: macs,
            memoryAccessBytes: 20_000,
            nanoseconds: nanoseconds
        )
        layer.rooflineShare = share
        layer.boundBy = bound
        return layer
    }

    private func run(_ name: String = "net", layers: [Run.Layer]?, measured: Bool = true) throws -> Run {
        var run = Run(
            id: "01900000-0000-7000-8000-000000000000",
            startedAt: try #require(Timestamp("2026-11-22T10:00:00.000Z")),
            host: HostFacts(
                hostname: "box",
                architecture: "x86_64",
                cpuModel: "A <CPU> & \"co\"",
                kernel: "6.1",
                operatingSystem: "Debian",
                usableCpus: 4,
                onlineCpus: 4,
                memoryBytes: 1 << 30,
                isa: "avx2"
            ),
            outcome: measured ? .ok : .oom,
            outcomeReason: measured ? nil : "out of memory",
            model: Run.ModelReference(name: name, sha256: String(repeating: "0", count: 64)),
            threads: 1,
            instances: 1,
            isa: "avx2",
            plan: .fused,
            scenario: .singleStream,
            latencyNanoseconds: measured
                ? Run.Latency(
                    p50: 20_000,
                    p90: 21_000,
                    p99: 22_000,
                    min: 19_000,
                    max: 30_000,
                    mean: 20_100,
                    count: 1000,
                    histogram: [[20_000, 1000]]
                ) : nil,
            counters: [
                Run.Counter(name: "instructions", availability: .absent, reason: "no such counter")
            ],
            layers: layers,
            producer: "edgeprof test"
        )
        run.roofline = Run.Roofline(
            share: 0.5,
            allowedNanoseconds: 10_000,
            boundBy: .compute,
            peakMacsPerSecond: 4.8e11,
            bandwidths: [
                Run.Roofline.Bandwidth(level: .l1, bytesPerSecond: 5e11),
                Run.Roofline.Bandwidth(level: .memory, bytesPerSecond: 3e10),
            ]
        )
        return run
    }

    @Test func thePageHoldsEveryLayerAndNoMarkupOfAStranger() throws {
        let page = ProfilePage.html([
            try run("<script>alert(1)</script>", layers: [layer("a\"><b"), layer("c&d", macs: 0, bound: .memory)])
        ])
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;"))
        #expect(page.contains("a&quot;&gt;&lt;b"))
        #expect(page.contains("A &lt;CPU&gt; &amp; &quot;co&quot;"))
        // Whole and alone: what is opened is closed, nothing is fetched.
        for name in ["html", "body", "section", "svg", "table", "tr", "td", "p"] {
            let opened =
                page.components(separatedBy: "<\(name)>").count + page.components(separatedBy: "<\(name) ").count
            #expect(opened - 1 == page.components(separatedBy: "</\(name)>").count, "\(name)")
        }
        #expect(!page.contains("http"))
        // A point for each layer that multiplies, a bar for each of all.
        #expect(page.components(separatedBy: "<circle").count == 2)
        #expect(page.components(separatedBy: "<rect").count == 5)
    }

    @Test func whatIsMissingIsSaidNotDrawn() throws {
        var unmeasured = try run(layers: nil, measured: false)
        unmeasured.roofline = nil
        let page = ProfilePage.html([unmeasured])
        #expect(page.contains("net was not measured: out of memory."))
        #expect(!page.contains("<svg"))
        var strange = try run(layers: [layer("a", nanoseconds: 0), layer("b", macs: .max, nanoseconds: .max, share: 7)])
        strange.roofline?.peakMacsPerSecond = .infinity
        strange.roofline?.bandwidths = [Run.Roofline.Bandwidth(level: .l2, bytesPerSecond: 0)]
        #expect(!ProfilePage.html([strange]).contains("nan"))
    }

    @Test func wordsNameBoundsSlowestAndLost() throws {
        let words = RunExplanation.paragraph(
            try run(layers: [
                layer("slow", nanoseconds: 15_000, share: 0.9, bound: .l2),
                layer("lost", nanoseconds: 5000, share: 0.1),
            ])
        )
        #expect(
            words.contains("75 % in layers bound by second-level cache and 25 % in layers bound by arithmetic")
                || words.contains(
                    "75.0 % in layers bound by second-level cache and 25.0 % in layers bound by arithmetic"
                )
        )
        #expect(words.contains("Furthest from their ceilings, in time, are lost (4.50 µs) and slow (1.50 µs)"))
        #expect(words.contains("no such counter"))
    }

    @Test func theTraceIsOneTimelineARun() throws {
        let text = try JSONOutput.text(ChromeTrace([try run(layers: [layer("a"), layer("b", nanoseconds: 5000)])]))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let events = try #require(object["traceEvents"] as? [[String: Any]])
        #expect(events.compactMap { $0["ph"] as? String } == ["M", "X", "X"])
        #expect(events.compactMap { $0["dur"] as? Double } == [10, 5])
        #expect(events.compactMap { $0["ts"] as? Double } == [0, 0, 10])
    }
}
