import Foundation

/// What a load came to.
struct LoadReport: Encodable {
    var acknowledged = 0
    var seconds = 0.0
    var runsPerSecond = 0.0
    /// From sending to the answer, or in a storm from coming back to the run's answer, ms.
    var p50 = 0.0
    var p90 = 0.0
    var p99 = 0.0
    var max = 0.0
    /// Answers by step and status, or what went wrong, by how often.
    var others: [String: Int] = [:]

    init(acknowledged: Int, seconds: Double, latencies: [Double], others: [String: Int]) {
        self.acknowledged = acknowledged
        self.seconds = seconds
        self.others = others
        runsPerSecond = Double(acknowledged) / seconds
        let sorted = latencies.sorted()
        func milliseconds(_ share: Double) -> Double {
            sorted.isEmpty ? 0 : 1000 * sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }
        (p50, p90, p99, max) = (milliseconds(0.5), milliseconds(0.9), milliseconds(0.99), milliseconds(1))
    }

    func say() {
        print(String(format: "acknowledged %d in %.1f s: %.0f runs/s", acknowledged, seconds, runsPerSecond))
        print(String(format: "ms p50 %.1f p90 %.1f p99 %.1f max %.1f", p50, p90, p99, max))
        for (what, count) in others.sorted(by: { $0.key < $1.key }) { print("  \(count) x \(what)") }
    }
}
