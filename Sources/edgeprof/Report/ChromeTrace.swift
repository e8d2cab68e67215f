import EdgeprofAPI
import Foundation

/// A run's layers as one query's timeline in Chrome's trace-event format, which Perfetto and chrome://tracing open.
///
/// Complete events ("X"), microseconds; the medians of the layer pass, one after another. Format: "Trace Event Format",
/// Google, 2016.
struct ChromeTrace: Encodable {
    private struct Event: Encodable {
        var name: String
        var cat: String
        var ph: String
        var ts: Double
        var dur: Double?
        var pid: Int
        var tid = 1
        var args: Arguments
    }

    private struct Arguments: Encodable {
        var name: String?
        var output: String?
        var macs: UInt64?
        var bytes: UInt64?
        var gmacsPerSecond: Double?
        var rooflineShare: Double?
        var boundBy: String?
    }

    private var traceEvents: [Event]
    private var displayTimeUnit = "ns"

    /// Each run is a process of the timeline.
    init(_ runs: [Run]) {
        traceEvents = []
        for (index, run) in runs.enumerated() {
            let process = index + 1
            traceEvents.append(
                Event(
                    name: "process_name",
                    cat: "__metadata",
                    ph: "M",
                    ts: 0,
                    pid: process,
                    args: Arguments(name: "\(run.model.name) (\(run.isa), \(run.plan.rawValue))")
                )
            )
            var start: UInt64 = 0
            for layer in run.layers ?? [] {
                traceEvents.append(
                    Event(
                        name: layer.name,
                        cat: layer.operation,
                        ph: "X",
                        ts: Double(start) / 1000,
                        dur: Double(layer.nanoseconds) / 1000,
                        pid: process,
                        args: Arguments(
                            output: layer.shape,
                            macs: layer.macs,
                            bytes: layer.memoryAccessBytes,
                            gmacsPerSecond: layer.macs > 0 && layer.nanoseconds > 0
                                ? Double(layer.macs) / Double(layer.nanoseconds) : nil,
                            rooflineShare: layer.rooflineShare,
                            boundBy: layer.boundBy?.rawValue
                        )
                    )
                )
                start = start.addingReportingOverflow(layer.nanoseconds).partialValue
            }
        }
    }
}
