import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct SchedulerActivityTests {
    private func status(_ voluntary: Int, _ involuntary: Int) -> String {
        "Name:\tx\nvoluntary_ctxt_switches:\t\(voluntary)\nnonvoluntary_ctxt_switches:\t\(involuntary)\n"
    }

    @Test func sumsTheThreads() throws {
        let host = try FixtureHost(files: [
            ("/proc/9/task/9/status", status(3, 4)), ("/proc/9/task/9/sched", "se.nr_migrations : 5\n"),
            ("/proc/9/task/10/status", status(30, 40)), ("/proc/9/task/10/sched", "se.nr_migrations : 50\n"),
            ("/proc/9/task/11/sched", "se.nr_migrations : 500\n"),
        ])
        #expect(
            SchedulerActivity.read(.process(9), root: host.root).value
                == SchedulerActivity(voluntarySwitches: 33, involuntarySwitches: 44, migrations: 55, threads: 2)
        )
        host.remove("/proc/9/task/10/sched")
        let without = SchedulerActivity.read(.process(9), root: host.root).value
        #expect(without?.migrations == nil && without?.voluntarySwitches == 33)
        #expect(SchedulerActivity.read(.process(1), root: host.root).availability.status == .absent)
    }

    @Test func differences() {
        let before = SchedulerActivity(voluntarySwitches: 1, involuntarySwitches: 2, migrations: 3, threads: 2)
        var after = SchedulerActivity(voluntarySwitches: 11, involuntarySwitches: 22, migrations: 33, threads: 2)
        #expect(
            after.since(before).value
                == SchedulerActivity(voluntarySwitches: 10, involuntarySwitches: 20, migrations: 30, threads: 2)
        )
        after.migrations = nil
        #expect(after.since(before).value?.migrations == .some(nil))
        after.threads = 1
        #expect(after.since(before).availability.status == .absent)
        #expect(before.since(after).availability.status == .absent)
    }

    @Test(arguments: [
        "", "voluntary_ctxt_switches:\t1\n", "nonvoluntary_ctxt_switches:\t1\n",
        "voluntary_ctxt_switches:\tx\nnonvoluntary_ctxt_switches:\t1\n",
        "voluntary_ctxt_switches:\t-1\nnonvoluntary_ctxt_switches:\t1\n",
        "voluntary_ctxt_switches:\t18446744073709551616\nnonvoluntary_ctxt_switches:\t1\n",
    ])
    func otherText(text: String) {
        #expect(SchedulerActivity.switches(status: text) == nil)
    }

    /// Threads of other tests come and go; one try of several in which none does is enough.
    @Test func thisProcessSwitchesWhenItSleeps() throws {
        for _ in 0..<100 {
            let before = try #require(SchedulerActivity.read().value)
            for _ in 0..<10 { usleep(100) }
            let after = try #require(SchedulerActivity.read().value)
            if let difference = after.since(before).value,
                difference.voluntarySwitches + difference.involuntarySwitches >= 10
            {
                return
            }
        }
        Issue.record("sleeping ten times never showed as ten context switches")
    }
}
