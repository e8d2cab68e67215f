import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import PerfCounters

@Suite struct TaskAccountingTests {
    private func migrations(_ text: String) -> UInt64? {
        Array(text.utf8).withUnsafeBytes { TaskAccounting.migrations(in: $0) }
    }

    @Test func theLineInItsSeveralDresses() {
        let captured = """
            cat (7617, #threads: 1)
            -------------------------------------------------------------------
            se.exec_start                                :       1169664.179916
            se.vruntime                                  :            58.612866
            se.nr_migrations                             :                   12
            nr_switches                                  :                    0

            """
        #expect(migrations(captured) == 12)
        #expect(migrations("nr_migrations:0\n") == 0)
        #expect(migrations("se.nr_migrations : 18446744073709551615\n") == .max)
    }

    @Test(arguments: [
        "", "\n", "nr_migration", "nr_migrations", "nr_migrations : ", "nr_migrations : 12", "nr_migrations 12\n",
        "nr_migrations : -1\n", "nr_migrations : 1.5\n", "nr_migrations :: 1\n",
        "nr_migrations : 18446744073709551616\n",
        "nr_migrations : x\n",
    ])
    func otherText(text: String) {
        #expect(migrations(text) == nil)
    }

    @Test func sumsTheThreads() throws {
        let host = try FixtureHost(files: [
            ("/proc/self/task/10/sched", "se.nr_migrations : 3\n"),
            ("/proc/self/task/11/sched", "se.nr_migrations : 4\n"),
            ("/proc/self/task/4194304/sched", "se.nr_migrations : 5\n"),
            ("/proc/self/task/12/status", "no sched file here\n"),
            ("/proc/self/task/not-a-thread/sched", "se.nr_migrations : 100\n"),
        ])
        let sample = TaskAccounting(root: host.root).sample()
        #expect(sample.migrations == 12 && sample.threads == 3 && sample.migrationsError == 0)
    }

    @Test func manyThreadsNeedSeveralLooksAtTheFolder() throws {
        let host = try FixtureHost(
            files: (1...400).map { ("/proc/self/task/\(100_000 + $0)/sched", "se.nr_migrations : 2\n") }
        )
        let accounting = TaskAccounting(root: host.root)
        #expect(accounting.sample().migrations == 800)
        #expect(accounting.sample().threads == 400)
    }

    @Test func kernelsThatKeepNone() throws {
        let without = try FixtureHost(files: [("/proc/self/task/10/status", "Name: x\n")])
        #expect(TaskAccounting(root: without.root).sample().migrationsError == ENOENT)
        let empty = try FixtureHost(files: [])
        let session = CounterSession(requested: [.cpuMigrations, .contextSwitches], root: empty.root)
        session.start()
        session.stop()
        let readings = session.read()
        #expect(readings[0].availability.status == .absent && readings[0].value == nil)
        #expect(readings[1].value != nil)
        #expect(session.availabilities.map(\.status) == [.absent, .ok])
    }

    @Test func contextSwitchesAgreeWithProc() throws {
        let before = TaskAccounting(root: .system).sample().contextSwitches
        for _ in 0..<10 { usleep(100) }
        #expect(TaskAccounting(root: .system).sample().contextSwitches >= before + 10)
    }
}
