import KernelBenchmark
import KernelDispatch

extension OutputOptions {
    /// Writes kernels' speeds.
    func write(_ benchmark: KernelBenchmark) throws {
        try write(KernelBenchmarkJSON(benchmark), as: Table(benchmark))
        guard resolved == .table else { return }
        Terminal.write("\n")
        for peak in benchmark.peaks {
            let rate = HumanUnits.number(peak.macsPerSecond / 1e9)
            Terminal.write("\(peak.instructionSet): at most \(rate) GMAC/s (\(peak.instruction))\n")
        }
        Terminal.write("* share of the speed of memcpy of as many bytes; the others', of that peak\n")
    }
}

extension Table {
    fileprivate init(_ benchmark: KernelBenchmark) {
        self.init(
            columns: [.text("kernel"), .text("shape"), .number("rate"), .text(""), .number("% of peak")],
            rows: benchmark.results.map { result in
                let isCopy = result.ceiling == .copy
                return [
                    result.kernel, result.shape, HumanUnits.number(result.rate / 1e9), isCopy ? "GB/s" : "GMAC/s",
                    (result.share.map { HumanUnits.number(100 * $0) } ?? "-") + (isCopy ? "*" : " "),
                ]
            }
        )
    }
}

/// The JSON form.
private struct KernelBenchmarkJSON: Encodable {
    struct Peak: Encodable {
        var isa: String
        var instruction: String
        var macsPerSecond: Double
    }

    struct Result: Encodable {
        var kernel: String
        var isa: String
        var family: String
        var shape: String
        var place: String
        var ceiling: String
        var rate: Double
        var share: NullOr<Double>
    }

    var peaks: [Peak]
    var results: [Result]

    init(_ benchmark: KernelBenchmark) {
        peaks = benchmark.peaks.map {
            Peak(isa: $0.instructionSet, instruction: $0.instruction, macsPerSecond: $0.macsPerSecond)
        }
        results = benchmark.results.map {
            Result(
                kernel: $0.kernel,
                isa: $0.instructionSet,
                family: $0.family.rawValue,
                shape: $0.shape,
                place: $0.place,
                ceiling: $0.ceiling.rawValue,
                rate: $0.rate,
                share: NullOr($0.share)
            )
        }
    }
}
