import EdgeprofAPI
import Statistics

/// The accuracy a candidate is ranked with, and how far it may be off.
struct AccuracyModel: Equatable {
    /// The accuracy used, a fraction.
    var value: Double
    var source: AccuracySource
    var images: Int?
    var dataset: String?
    /// What is to be said beside the figure.
    var note: String?
    /// Successes and failures that were counted; nil when the accuracy was not counted on images.
    private var counted: Counted?
    /// Standard deviation of a normal error on top.
    private var sd = 0.0

    private struct Counted: Equatable {
        var successes: Double
        var failures: Double
    }

    /// The accuracy of a measurement, or the published one where it has none; nil when neither is known.
    init?(_ measurement: TierMeasurement, deployment: Deployment) {
        guard
            let accuracy = measurement.accuracy
                ?? PublishedAccuracy.accuracy(ofModel: measurement.model, from: measurement.source)
        else { return nil }
        value = accuracy.value
        source = AccuracySource(accuracy.source)
        images = accuracy.images
        dataset = accuracy.dataset
        switch source {
        case .evaluated:
            counted = accuracy.images.map { Self.count(accuracy.value, $0) }
            if counted == nil { note = "number of images not given: taken as exact" }
        case .given:
            if let interval = accuracy.interval, interval.count == 2 {
                sd = (interval[1] - interval[0]) / (2 * 1.959964)
            } else {
                counted = accuracy.images.map { Self.count(accuracy.value, $0) }
            }
        case .publishedInt8:
            counted = Self.count(accuracy.value, accuracy.images ?? PublishedAccuracy.images)
            sd = deployment.publishedAccuracySd
        case .publishedFloat:
            value = max(0, accuracy.value - PublishedAccuracy.floatToInt8Loss)
            counted = Self.count(value, accuracy.images ?? PublishedAccuracy.images)
            let loss = PublishedAccuracy.floatToInt8LossSd
            sd = (deployment.publishedAccuracySd * deployment.publishedAccuracySd + loss * loss).squareRoot()
            note =
                "only float is published (\(Text.number(100 * accuracy.value, digits: 3)) %): "
                + "0.5 points taken off for int8"
        }
    }

    private static func count(_ value: Double, _ images: Int) -> Counted {
        let successes = (value * Double(images)).rounded()
        return Counted(successes: successes, failures: Double(images) - successes)
    }

    /// Draws accuracies: Jeffreys' beta for what was counted, plus the normal error, kept within 0 to 1.
    func draws(_ count: Int, from random: inout RandomSource) -> [Double] {
        (0..<count).map { _ in
            let base = counted.map { random.beta($0.successes + 0.5, $0.failures + 0.5) } ?? value
            let error = sd > 0 ? sd * random.normal() : 0
            return min(1, max(0, base + error))
        }
    }
}
