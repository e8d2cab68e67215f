import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct MemoryGroupTests {
    private static let scope = "/sys/fs/cgroup/user.slice/run-1.scope"

    private func refusal(_ kernel: ModelKernel) -> String? {
        do throws(MemoryGroupRefusal) {
            _ = try OwnedMemoryGroup(limitBytes: 1 << 20, processID: 7, files: kernel)
            return nil
        } catch {
            return error.description
        }
    }

    @Test func version1MakesAGroupBelowItsOwn() throws {
        let kernel = ModelKernel(version: .v1, folder: "/sys/fs/cgroup/memory/a", processes: [7, 8])
        let owned = try OwnedMemoryGroup(limitBytes: 1 << 20, processID: 7, files: kernel)
        let group = owned.group
        #expect(group.version == .v1 && group.folder == "/sys/fs/cgroup/memory/a/edgeprof-7-1")
        #expect(group.limitBytes == 1 << 20)
        #expect(kernel.content(group.folder + "/memory.memsw.limit_in_bytes") == "1048576\n")
        // A group whose OOM killer is off would let its process wait for ever.
        #expect(kernel.content(group.folder + "/memory.oom_control") == "0\n")
        #expect(kernel.content("/sys/fs/cgroup/memory/a/cgroup.procs") == "7\n8\n")
        owned.remove()
        #expect(kernel.groups == [])
    }

    @Test func version1WithoutSwapAccountingKeepsFromSwapping() throws {
        let kernel = ModelKernel(version: .v1, folder: "/m", processes: [7])
        kernel.fail("/m/edgeprof-7-1/memory.memsw.limit_in_bytes", ENOENT)
        #expect(refusal(kernel)?.contains("limit") == true)
        #expect(kernel.groups == [])
    }

    @Test func version2MovesItselfIntoALeafAndBack() throws {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7])
        let owned = try OwnedMemoryGroup(limitBytes: 4096, processID: 7, files: kernel)
        #expect(kernel.groups == ["edgeprof-7-0", "edgeprof-7-1"])
        #expect(kernel.content(Self.scope + "/edgeprof-7-0/cgroup.procs") == "7\n")
        #expect(kernel.content(Self.scope + "/cgroup.procs") == "")
        #expect(kernel.content(owned.group.folder + "/memory.max") == "4096\n")
        #expect(kernel.content(owned.group.folder + "/memory.swap.max") == "0\n")
        owned.remove()
        #expect(kernel.groups == [])
        #expect(kernel.content(Self.scope + "/cgroup.procs") == "7\n")
        #expect(kernel.content(Self.scope + "/cgroup.subtree_control") == "\n")
    }

    @Test func aWorkersDaemonGoesAlongAndBack() throws {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7, 8])
        let owned = try OwnedMemoryGroup(limitBytes: 4096, processID: 8, daemonID: 7, files: kernel)
        #expect(kernel.groups == ["edgeprof-8-0", "edgeprof-8-1"])
        let moved = kernel.content(Self.scope + "/edgeprof-8-0/cgroup.procs").map { $0.split(separator: "\n").sorted() }
        #expect(moved == ["7", "8"])
        #expect(kernel.content(Self.scope + "/cgroup.procs") == "")
        owned.remove()
        #expect(kernel.groups == [])
        let back = kernel.content(Self.scope + "/cgroup.procs").map { $0.split(separator: "\n").sorted() }
        #expect(back == ["7", "8"])
    }

    @Test func aDaemonOfAnotherGroupStaysThere() throws {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [8])
        let owned = try OwnedMemoryGroup(limitBytes: 4096, processID: 8, daemonID: 7, files: kernel)
        #expect(kernel.content(Self.scope + "/edgeprof-8-0/cgroup.procs") == "8\n")
        owned.remove()
        #expect(kernel.content(Self.scope + "/cgroup.procs") == "8\n")
    }

    @Test func besidesTheDaemonNobodyIsMoved() {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7, 8, 9])
        #expect(throws: MemoryGroupRefusal.self) {
            _ = try OwnedMemoryGroup(limitBytes: 4096, processID: 8, daemonID: 7, files: kernel)
        }
        #expect(kernel.log.isEmpty && kernel.groups == [])
    }

    @Test func processesOfOthersAreNeverMoved() {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7, 8, 9])
        #expect(refusal(kernel)?.contains("2 other processes are in this process's control group") == true)
        #expect(refusal(kernel)?.contains("--scope --property=Delegate=yes") == true)
        #expect(kernel.log.isEmpty && kernel.groups == [])
        let elsewhere = ModelKernel(version: .v2, folder: Self.scope, processes: [8])
        #expect(refusal(elsewhere)?.contains("is not this process's control group") == true)
        // Processes of another namespace are listed as 0.
        let hidden = ModelKernel(version: .v2, folder: Self.scope, processes: [0, 7])
        #expect(refusal(hidden)?.contains("another process is in") == true)
    }

    @Test func theRootOfTheHierarchyNeedsNoMove() throws {
        let kernel = ModelKernel(version: .v2, folder: "/sys/fs/cgroup", processes: [1, 7, 8], isRoot: true)
        let owned = try OwnedMemoryGroup(limitBytes: 4096, processID: 7, files: kernel)
        #expect(kernel.groups == ["edgeprof-7-1"])
        #expect(kernel.content("/sys/fs/cgroup/cgroup.procs") == "1\n7\n8\n")
        owned.remove()
        #expect(kernel.groups == [] && kernel.content("/sys/fs/cgroup/cgroup.subtree_control") == "\n")
    }

    @Test(.enabled(if: geteuid() == 0)) func rootAsksSystemdsMark() throws {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7])
        kernel.add(folder: "/run/systemd/system")
        #expect(refusal(kernel)?.contains("not delegated") == true)
        kernel.set(attribute: "user.delegate")
        #expect(refusal(kernel) == nil)
    }

    @Test(arguments: [
        ("mkdir", EROFS, "Read-only file system"), ("mkdir", EACCES, "Permission denied"),
        ("/cgroup.subtree_control", EBUSY, "Device or resource busy"),
        ("/edgeprof-7-0/cgroup.procs", EPERM, "Operation not permitted"),
        ("/edgeprof-7-1/memory.max", EINVAL, "Invalid argument"),
        ("/edgeprof-7-1/memory.swap.max", EIO, "Input/output error"),
    ])
    func whatTheKernelRefusesIsUndone(_ file: String, _ code: Int32, _ words: String) {
        let kernel = ModelKernel(version: .v2, folder: Self.scope, processes: [7])
        kernel.fail(file == "mkdir" ? file : Self.scope + file, code)
        #expect(refusal(kernel)?.contains(words) == true, "\(refusal(kernel) ?? "none")")
        #expect(kernel.groups == [])
        #expect(kernel.content(Self.scope + "/cgroup.procs") == "7\n")
    }

    @Test func leftOversOfTheDeadGo() throws {
        let kernel = ModelKernel(version: .v1, folder: "/m", processes: [7])
        kernel.add(folder: "/proc/99")
        let names = ["edgeprof-98-1", "edgeprof-98-0", "edgeprof-99-1", "edgeprof-x-1", "edgeprof-98", "other-98-1"]
        for name in names { kernel.add(folder: "/m/" + name) }
        OwnedMemoryGroup.removeLeftOvers(in: "/m", kernel)
        #expect(kernel.groups == ["edgeprof-98", "edgeprof-99-1", "edgeprof-x-1", "other-98-1"])
        // Its own number from a former life.
        kernel.add(folder: "/m/edgeprof-7-1")
        let owned = try OwnedMemoryGroup(limitBytes: 1, processID: 7, files: kernel)
        #expect(owned.group.folder == "/m/edgeprof-7-2")
    }

    @Test func activityIsADifference() {
        let stat2 = "anon 1\nworkingset_refault_anon 2\nworkingset_refault_file 10\npgscan 7\npgsteal 5\n"
        let pressure = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500\nfull avg10=0.00 total=3\n"
        let first = MemoryGroupActivity(version: .v2, stat: stat2, pressure: pressure)
        #expect(first.refaults == 12 && first.reclaimedPages == 5 && first.scannedPages == 7)
        #expect(first.pressureMicroseconds == 1500)
        let old = MemoryGroupActivity(version: .v1, stat: "workingset_refault 3\npgpgout 9\npgscan 1\n", pressure: "")
        #expect(old.refaults == 3 && old.reclaimedPages == 9 && old.scannedPages == nil)
        #expect(old.pressureMicroseconds == nil)
        #expect(first.since(old).refaults == 9 && first.since(old).reclaimedPages == nil)
        for text in ["", "pgsteal", "pgsteal x", "pgsteal -1", "pgsteal 99999999999999999999", "\0\n\n 1 2 3"] {
            let broken = MemoryGroupActivity(version: .v2, stat: text, pressure: text)
            #expect(broken.refaults == nil && broken.reclaimedPages == nil && broken.pressureMicroseconds == nil)
        }
        let full = "workingset_refault_anon 18446744073709551615\nworkingset_refault_file 2\n"
        #expect(MemoryGroupActivity(version: .v2, stat: full, pressure: "").refaults != nil)
    }

    @Test func whatAGroupSays() {
        let kernel = ModelKernel(version: .v2, folder: "/g", processes: [])
        kernel.set("/g/memory.events", "low 0\noom 3\noom_kill 2\noom_group_kill 0\n")
        kernel.set("/g/memory.peak", "12288\n")
        let group = MemoryGroup(folder: "/g", version: .v2, files: kernel)
        #expect(group.oomKills == 2 && group.peakBytes == 12288 && group.limitBytes == nil)
        kernel.set("/g/memory.events", "oom_kill\n")
        kernel.set("/g/memory.peak", nil)
        #expect(group.oomKills == nil && group.peakBytes == nil)
    }

    /// This box's own kernel, where it lets us.
    @Test func aRealGroup() throws {
        let owned: OwnedMemoryGroup
        do throws(MemoryGroupRefusal) {
            owned = try OwnedMemoryGroup(limitBytes: 64 << 20)
        } catch {
            print("skipped: no control group here: \(error)")
            return
        }
        let group = owned.group
        print("covered: control group of version \(group.version.rawValue)")
        #expect(group.limitBytes == 64 << 20 && group.oomKills == 0)
        #expect(group.limit(to: 32 << 20) == nil && group.limitBytes == 32 << 20)
        #expect(group.activity.refaults == 0)
        #expect(HostRoot.system.exists(group.folder))
        owned.remove()
        #expect(!HostRoot.system.exists(group.folder))
    }
}
