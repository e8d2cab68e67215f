/// A model's accuracy on labelled images: the body of `PUT /v1/models/{sha256}/accuracy`.
public struct ModelAccuracy: Codable, Sendable, Hashable {
    /// Zoo name or file name without its extension.
    public var model: String
    /// The arithmetic it was counted in.
    public var precision: Precision
    /// How it came about.
    public var source: Source
    /// Share of images whose class came first, 0...1.
    public var top1: Double
    /// Its 95 % interval: lower end, upper end.
    public var top1Interval: [Double]
    /// Share of images whose class was among the first five; nil where there are fewer classes.
    public var top5: Double?
    /// Its 95 % interval.
    public var top5Interval: [Double]?
    /// Images it was counted on.
    public var images: Int
    /// What the images are called.
    public var dataset: String
    /// When it was counted.
    public var measuredAt: Timestamp
    /// Version of the program that counted it.
    public var producer: String

    /// The arithmetic of an inference.
    public enum Precision: String, Codable, Sendable, CaseIterable {
        /// The quantized network that agents measure.
        case int8
        /// The float network it was made from.
        case float
    }

    /// How an accuracy came about.
    public enum Source: String, Codable, Sendable, CaseIterable {
        /// Counted by edgeprof.
        case evaluated
        /// Stated by a person who knows it from elsewhere.
        case given
    }

    /// Makes an accuracy.
    public init(
        model: String,
        precision: Precision = .int8,
        source: Source = .evaluated,
        top1: Double,
        top1Interval: [Double],
        top5: Double? = nil,
        top5Interval: [Double]? = nil,
        images: Int,
        dataset: String,
        measuredAt: Timestamp,
        producer: String
    ) {
        self.model = model
        self.precision = precision
        self.source = source
        self.top1 = top1
        self.top1Interval = top1Interval
        self.top5 = top5
        self.top5Interval = top5Interval
        self.images = images
        self.dataset = dataset
        self.measuredAt = measuredAt
        self.producer = producer
    }

    /// What keeps the accuracy from being used, each with its key path; empty when it is sound.
    public func problems() -> [ConfigurationProblem] {
        var collector = ProblemCollector()
        for (text, path, most) in [(model, "model", 200), (dataset, "dataset", 200), (producer, "producer", 200)] {
            let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
            guard (1...most).contains(text.utf8.count), isPrintable else {
                collector.add(path, "must have 1 to \(most) bytes without control characters")
                continue
            }
        }
        collector.require(images, "images", in: 1...1_000_000_000)
        if measuredAt.millisecondsSinceEpoch < 0 { collector.add("measuredAt", "must not lie before 1970") }
        Self.collectProblems(top1, top1Interval, "top1", into: &collector)
        if let top5 {
            Self.collectProblems(top5, top5Interval, "top5", into: &collector)
            if top5 < top1 { collector.add("top5", "is below top1") }
        } else if top5Interval != nil {
            collector.add("top5Interval", "is given without top5")
        }
        return collector.problems
    }

    private static func collectProblems(
        _ value: Double,
        _ interval: [Double]?,
        _ path: String,
        into collector: inout ProblemCollector
    ) {
        collector.require(value, path, in: 0...1, "a fraction: 0.76, not 76")
        guard let interval, interval.count == 2, interval.allSatisfy({ (0...1).contains($0) }),
            interval[0] <= interval[1]
        else {
            return collector.add("\(path)Interval", "give the lower and the upper end, both fractions")
        }
        if value < interval[0] || value > interval[1] {
            collector.add("\(path)Interval", "does not hold the value")
        }
    }
}

/// The accuracies stored of one model: what `GET /v1/models/{sha256}/accuracy` answers.
public struct ModelAccuracyList: Codable, Sendable, Hashable {
    /// One for each precision, int8 first.
    public var accuracies: [ModelAccuracy]

    /// Makes a list.
    public init(accuracies: [ModelAccuracy]) { self.accuracies = accuracies }
}

extension TierMeasurement.Accuracy {
    /// A stored accuracy as rankings take it.
    public init(_ accuracy: ModelAccuracy) {
        self.init(
            value: accuracy.top1,
            source: accuracy.source.rawValue,
            images: accuracy.images,
            interval: accuracy.top1Interval,
            dataset: accuracy.dataset
        )
    }
}
