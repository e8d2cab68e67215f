internal import EdgeprofAPI
internal import MeasurementCore

/// What a child's end means for the run.
struct ChildEnd {
    /// How the run ended.
    var outcome: Run.Outcome
    /// Why, when not well.
    var reason: String?
    /// What was measured, exactly when it ended well.
    var record: MeasuredRecord?
    /// What the host can do, exactly when that was measured and ended well.
    var ceilings: RecordedCeilings?
    /// What the memory limit did, exactly when there was one.
    var memoryLimit: Run.MemoryLimit?
    /// Whether the child could not use the control group it was given.
    var isGroupUnusable = false
    /// Whether the child could not use the packed plan it was given.
    var isUnusablePlan = false
    /// Whether the child was stopped for a while, by whatever.
    var wasStopped = false

    init(outcome: Run.Outcome, reason: String? = nil, record: MeasuredRecord? = nil) {
        self.outcome = outcome
        self.reason = reason
        self.record = record
    }

    /// Reads a child's end.
    ///
    /// - Parameters:
    ///   - result: what the kernel and the pipes say.
    ///   - timeoutSeconds: how long it was given.
    ///   - kernelKilled: whether the kernel ended a process for want of memory meanwhile.
    init(_ result: ChildResult, timeoutSeconds: Double, kernelKilled: Bool) {
        defer { wasStopped = result.wasStopped }
        let firstLine = result.diagnostics.split(separator: "\n").first.map { " (\($0.prefix(200)))" } ?? ""
        if result.timedOut {
            self.init(
                outcome: .timeout,
                reason: "not finished after \(timeoutSeconds) s"
                    + (result.wasStopped ? "; it was stopped (SIGSTOP)" : "")
            )
            return
        }
        if result.wroteTooMuch {
            self.init(outcome: .crashed, reason: "its record has more than \(MeasurementRecord.longest) bytes")
            return
        }
        switch result.status {
        case .signaled(let signal):
            self.init(signal: signal, diagnostics: firstLine, kernelKilled: kernelKilled)
        case .exited(let code):
            self.init(exitCode: code, output: result.output, diagnostics: firstLine)
        case .unknown:
            self.init(outcome: .crashed, reason: "its end was reaped by another part of this program\(firstLine)")
        }
    }

    private init(signal: Int32, diagnostics: String, kernelKilled: Bool) {
        if signal == 9, kernelKilled {
            self.init(outcome: .oom, reason: "ended by the kernel, which was out of memory")
        } else if Self.allocationFailures.contains(where: diagnostics.contains) {
            self.init(outcome: .oom, reason: "out of memory\(diagnostics)")
        } else {
            self.init(outcome: .crashed, reason: "ended by \(Self.signalName(signal))\(diagnostics)")
        }
    }

    private init(exitCode: Int32, output: [UInt8], diagnostics: String) {
        let record: MeasurementRecord
        do {
            record = try MeasurementRecord(output)
        } catch {
            self.init(
                outcome: exitCode == ChildExit.outOfMemory.rawValue ? .oom : .crashed,
                reason: "exit code \(exitCode), and its record cannot be read: \(error)\(diagnostics)"
            )
            return
        }
        switch (record, ChildExit(rawValue: exitCode)) {
        case (.measured(let measured), .measured): self.init(outcome: .ok, record: measured)
        case (.ceilings(let measured), .measured):
            self.init(outcome: .ok)
            ceilings = measured
        case (.failed(let reason), .outOfMemory): self.init(outcome: .oom, reason: reason)
        case (.failed(let reason), .refused): self.init(outcome: .refused, reason: reason)
        case (.failed(let reason), .unfinished): self.init(outcome: .timeout, reason: reason)
        case (.failed(let reason), .unusablePlan):
            self.init(outcome: .crashed, reason: reason)
            isUnusablePlan = true
        case (.failed(let reason), .noGroup):
            self.init(outcome: .refused, reason: reason)
            isGroupUnusable = true
        case (.failed(let reason), _): self.init(outcome: .crashed, reason: "exit code \(exitCode): \(reason)")
        case (.measured, _), (.ceilings, _):
            self.init(outcome: .crashed, reason: "exit code \(exitCode) after its record\(diagnostics)")
        }
    }

    /// What the Swift runtime, the C++ library and the dynamic linker say when they are refused memory.
    private static let allocationFailures = [
        "could not allocate", "failed to allocate", "bad_alloc", "Cannot allocate memory", "failed to map segment",
    ]

    private static func signalName(_ signal: Int32) -> String {
        let names: [Int32: String] = [
            4: "SIGILL, an instruction this processor lacks or a failed check", 5: "SIGTRAP, a failed check",
            6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL, from outside", 11: "SIGSEGV", 15: "SIGTERM",
            24: "SIGXCPU",
        ]
        return names[signal].map { "signal \(signal) (\($0))" } ?? "signal \(signal)"
    }
}
