import EdgeprofAPI
import Statistics

/// What `edgeprof evaluate` prints.
struct EvaluationResult: Encodable {
    /// A share and how far it may be off.
    struct Share: Encodable {
        /// The share, 0...1.
        var value: Double
        /// Its 95 % interval (Wilson).
        var interval: [Double]
        /// Samples it was counted on that were right.
        var correct: Int

        /// Counts a share.
        init(correct: Int, of samples: Int) {
            let bounds = WilsonInterval.bounds(successes: correct, trials: samples)
            value = Double(correct) / Double(samples)
            interval = [bounds.lowerBound, bounds.upperBound]
            self.correct = correct
        }
    }

    var model: Run.ModelReference
    var precision: ModelAccuracy.Precision
    var plan: NullOr<String>
    var isa: NullOr<String>
    var dataset: String
    var images: Int
    var classes: Int
    var classOffset: Int
    var top1: Share
    var top5: NullOr<Share>
    var measuredAt: Timestamp

    /// What is sent to a collector.
    var accuracy: ModelAccuracy {
        ModelAccuracy(
            model: model.name,
            precision: precision,
            top1: top1.value,
            top1Interval: top1.interval,
            top5: top5.value?.value,
            top5Interval: top5.value?.interval,
            images: images,
            dataset: dataset,
            measuredAt: measuredAt,
            producer: "edgeprof \(Edgeprof.version)"
        )
    }

    /// One line a share.
    var table: Table {
        let percent = { (share: Double) in HumanUnits.percent(share) }
        let shares = [("top-1", top1)] + (top5.value.map { [("top-5", $0)] } ?? [])
        return Table(
            columns: [
                .text("model"), .text("precision"), .text("data"), .number("images"), .text("share"),
                .number("accuracy %"),
                .number("95 %"),
            ],
            rows: shares.map { name, share in
                [
                    model.name, precision.rawValue, dataset, String(images), name, percent(share.value),
                    "\(percent(share.interval[0]))..\(percent(share.interval[1]))",
                ]
            }
        )
    }
}
