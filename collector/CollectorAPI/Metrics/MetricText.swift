/// Metrics as text: OpenMetrics 1.0, or Prometheus' older format 0.0.4 for those who do not ask for it.
///
/// The two differ in the names of counters' families and in the last line.
struct MetricText {
    enum Format {
        case openMetrics, prometheus

        /// The exact media type.
        var contentType: String {
            switch self {
            case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
            case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
            }
        }
    }

    enum Kind: String { case counter, gauge, histogram, info }

    private let format: Format
    private var lines = ""

    init(_ format: Format) { self.format = format }

    /// Begins a family; its name is without `_total` and `_info`.
    mutating func family(_ name: String, _ kind: Kind, unit: String? = nil, _ help: String) {
        switch format {
        case .openMetrics:
            lines += "# TYPE \(name) \(kind.rawValue)\n"
            if let unit { lines += "# UNIT \(name) \(unit)\n" }
            lines += "# HELP \(name) \(help)\n"
        case .prometheus:
            let suffix = kind == .counter ? "_total" : kind == .info ? "_info" : ""
            lines += "# HELP \(name)\(suffix) \(help)\n"
            lines += "# TYPE \(name)\(suffix) \(kind == .info ? "gauge" : kind.rawValue)\n"
        }
    }

    /// Adds a sample of the family begun last; its name is whole.
    mutating func sample(_ name: String, _ labels: [(String, String)] = [], _ value: Double) {
        lines += name
        if !labels.isEmpty {
            lines += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        lines += " \(Self.number(value))\n"
    }

    /// Adds the one sample of a family without labels.
    mutating func sample(_ name: String, _ value: Double) { sample(name, [], value) }

    /// Adds a histogram's samples.
    mutating func histogram(_ name: String, _ labels: [(String, String)] = [], _ histogram: DurationHistogram) {
        var sum = 0
        for (bound, count) in zip(DurationHistogram.boundsSeconds, histogram.counts) {
            sum += count
            // OpenMetrics has one spelling of each bound, 1.0 where the older format has 1.
            let le = format == .openMetrics ? "\(bound)" : Self.number(bound)
            sample(name + "_bucket", labels + [("le", le)], Double(sum))
        }
        sample(name + "_bucket", labels + [("le", "+Inf")], Double(histogram.count))
        sample(name + "_sum", labels, histogram.sumSeconds)
        sample(name + "_count", labels, Double(histogram.count))
    }

    /// The whole document.
    func finished() -> String { format == .openMetrics ? lines + "# EOF\n" : lines }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
    }

    private static func number(_ value: Double) -> String {
        // Whole numbers without a point, as far as a Double holds every one of them.
        value == value.rounded() && abs(value) < 9e15 ? "\(Int64(value))" : "\(value)"
    }
}

/// How long things took.
struct DurationHistogram: Sendable {
    /// Upper bounds of the buckets, seconds; the last is a held poll's longest time.
    static let boundsSeconds: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// Observations of each bucket, without those of the ones before it.
    private(set) var counts = [Int](repeating: 0, count: boundsSeconds.count)
    private(set) var count = 0
    private(set) var sumSeconds = 0.0

    mutating func observe(seconds: Double) {
        count += 1
        sumSeconds += seconds
        if let index = Self.boundsSeconds.firstIndex(where: { seconds <= $0 }) { counts[index] += 1 }
    }
}
