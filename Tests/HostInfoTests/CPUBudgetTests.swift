import HostTestSupport
import Testing

@testable import HostInfo

@Suite struct CPUBudgetTests {
    private typealias Files = [(path: String, content: String)]

    private func budget(_ files: Files, affinity: Int? = 4) throws -> CPUBudget {
        CPUBudget.current(root: try FixtureHost(files: files).root, affinityCount: affinity)
    }

    @Test(
        arguments: [
            ("max 100000", nil, 4), ("150000 100000", 1.5, 2), ("200000 100000", 2, 2), ("50000 100000", 0.5, 1),
            ("800000 100000", 8, 4), ("1 1000000", 0.000001, 1),
            ("18446744073709551615 1", 18_446_744_073_709_551_615, 4), ("-1 100000", nil, 4), ("garbage", nil, 4),
            ("", nil, 4), ("100000 0", nil, 4),
        ] as [(String, Double?, Int)]
    )
    func version2(cpuMax: String, quota: Double?, usable: Int) throws {
        let read = try budget([
            ("/proc/self/cgroup", "0::/box\n"), ("/sys/fs/cgroup/box/cpu.max", cpuMax + "\n"),
        ])
        #expect(read.quota == quota)
        #expect(read.usableCPUs == usable)
    }

    @Test func theTightestOfNestedGroupsHolds() throws {
        var files: Files = [
            ("/proc/self/cgroup", "0::/pod/box\n"), ("/sys/fs/cgroup/pod/cpu.max", "120000 100000\n"),
            ("/sys/fs/cgroup/pod/box/cpu.max", "300000 100000\n"),
        ]
        #expect(try budget(files).quota == 1.2)
        files[1].content = "max 100000\n"
        #expect(try budget(files).usableCPUs == 3)
        files.append(("/sys/fs/cgroup/cpu.max", "100000 100000\n"))
        #expect(try budget(files).usableCPUs == 1)
    }

    @Test func version1() throws {
        var files: Files = [
            ("/proc/self/cgroup", "4:cpu,cpuacct:/box\n0::/\n"),
            ("/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "250000\n"),
            ("/sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n"),
            ("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n"),
            ("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
        ]
        #expect(try budget(files).usableCPUs == 3)
        files[1].content = "-1\n"
        #expect(try budget(files).quota == nil)
        files.remove(at: 2)
        files[1].content = "250000\n"
        #expect(try budget(files).quota == nil, "no period")
    }

    @Test func whatCannotBeReadLimitsNothing() throws {
        let host = try FixtureHost(files: [
            ("/proc/self/cgroup", "0::/\n"), ("/sys/fs/cgroup/cpu.max", "100000 100000\n"),
        ])
        #expect(CPUBudget.current(root: host.root, affinityCount: 4).usableCPUs == 1)
        for path in ["/proc/self/cgroup", "/sys/fs/cgroup/cpu.max"] {
            let denied = HostRoot(host.path, failures: [path: 13])
            #expect(CPUBudget.current(root: denied, affinityCount: 4) == CPUBudget(affinityCount: 4))
        }
        // Without a mask nobody knows of a second CPU.
        #expect(CPUBudget(affinityCount: nil).usableCPUs == 1)
        #expect(CPUBudget(affinityCount: 0).usableCPUs == 1)
    }

    /// CentOS 7 mounts cpu,cpuacct and lists them the other way round; each has a link of its own.
    @Test func version1InAnotherOrder() throws {
        let files: Files = [
            ("/proc/self/cgroup", "4:cpuacct,cpu:/box\n"),
            ("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "100000\n"),
            ("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n"),
        ]
        #expect(try budget(files).usableCPUs == 1)
    }

    @Test func thisProcessHasAtLeastOneCPU() throws {
        let budget = CPUBudget.current()
        #expect(budget.usableCPUs >= 1)
        #expect(budget.usableCPUs <= (try #require(HostInfo.usableCPUCount)))
    }
}
