import EdgeprofAPI
import Testing

@testable import Measurement
@testable import MeasurementCore

@Suite struct ChildEndTests {
    private func end(
        _ status: ChildResult.Status,
        _ record: MeasurementRecord? = nil,
        diagnostics: String = "",
        kernelKilled: Bool = false
    ) -> ChildEnd {
        let result = ChildResult(status: status, output: record?.encoded() ?? [], diagnostics: diagnostics)
        return ChildEnd(result, timeoutSeconds: 10, kernelKilled: kernelKilled)
    }

    @Test func aRecordAndExitCode0AreARun() {
        let end = end(.exited(0), .measured(MeasuredRecord()))
        #expect(end.outcome == .ok && end.reason == nil && end.record == MeasuredRecord())
    }

    @Test func aRecordWithAnotherExitCodeIsNot() {
        for code: Int32 in [1, 3, 5, 99] {
            let end = end(.exited(code), .measured(MeasuredRecord()))
            #expect(end.outcome == .crashed && end.record == nil)
        }
        #expect(end(.exited(0), .failed(reason: "x")).outcome == .crashed)
        #expect(end(.signaled(11), .measured(MeasuredRecord())).record == nil)
    }

    @Test func exitCodesTellTheOutcome() {
        let failed = MeasurementRecord.failed(reason: "because")
        let outcomes: [(ChildExit, Run.Outcome)] = [
            (.outOfMemory, .oom), (.refused, .refused), (.unfinished, .timeout), (.failed, .crashed),
            (.abandoned, .crashed), (.unusablePlan, .crashed),
        ]
        for (code, outcome) in outcomes {
            let end = end(.exited(code.rawValue), failed)
            #expect(end.outcome == outcome)
            #expect(end.reason?.hasSuffix("because") == true)
            #expect(end.isUnusablePlan == (code == .unusablePlan))
        }
        #expect(end(.exited(ChildExit.outOfMemory.rawValue)).outcome == .oom)
    }

    @Test func aKillByTheKernelIsOutOfMemory() {
        #expect(end(.signaled(9), kernelKilled: true).outcome == .oom)
        #expect(end(.signaled(9)).outcome == .crashed)
        #expect(end(.signaled(11), kernelKilled: true).outcome == .crashed)
    }

    @Test func whatTheRuntimeSaysIsPassedOn() {
        let end = end(.signaled(5), diagnostics: "Fatal error: first\nsecond\n")
        #expect(end.outcome == .crashed)
        #expect(end.reason == "ended by signal 5 (SIGTRAP, a failed check) (Fatal error: first)")
    }

    @Test func aLostStatusIsACrash() {
        #expect(end(.unknown, .measured(MeasuredRecord())).outcome == .crashed)
    }

    @Test func vmstatIsRead() {
        #expect(KernelKills.count(vmstat: "nr_free_pages 12\noom_kill 42\nthp 1\n") == 42)
        for text in ["", "oom_kill\n", "oom_kill x\n", "oom_kill_other 5\n", "oom_kill 99999999999999999999\n"] {
            #expect(KernelKills.count(vmstat: text) == 0)
        }
    }
}
