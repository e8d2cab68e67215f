import Glibc
import HostInfo
import HostTestSupport
import PerfCounters
import Testing

@testable import HostProbes

@Suite struct DoctorTests {
    private let noPMU = Dictionary(
        uniqueKeysWithValues: Counter.allCases.map {
            ($0, [.software, .scheduler].contains($0.kind) ? Availability.ok : .absent("not counted here"))
        }
    )

    private func capabilities(
        _ root: HostRoot,
        counters: [Counter: Availability]? = nil
    ) -> [String: Capability] {
        let all = Doctor.capabilities(
            root: root,
            instructionSets: InstructionSets([.avx2]),
            usableCPUs: 2,
            counters: counters ?? noPMU
        )
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    }

    @Test func everyCapabilityIsThereOnceAndGivesItsReason() throws {
        let names = [
            "instruction-set", "cpu-affinity", "hardware-counters", "cache-counters", "stall-counters",
            "software-counters",
            "scheduler-counters", "perf-event-paranoid", "process-memory", "peak-memory-reset", "scheduler-activity",
            "cpu-times", "load-average", "pressure", "run-queue", "swap-activity", "energy", "temperature",
            "throttling",
            "cpu-frequency", "memory-cgroup",
        ]
        for host in [try FixtureHost("vm-epyc"), try FixtureHost("intel-server"), try FixtureHost(files: [])] {
            let all = Doctor.capabilities(root: host.root, counters: noPMU)
            #expect(all.map(\.name) == names)
            for capability in all {
                #expect((capability.availability.reason == nil) == capability.availability.isOK, "\(capability)")
            }
        }
    }

    @Test func virtualMachine() throws {
        let found = capabilities(try FixtureHost("vm-epyc").root)
        let ok = found.values.filter { $0.availability.isOK }.map(\.name).sorted()
        #expect(
            ok == [
                "cpu-affinity", "cpu-times", "instruction-set", "load-average", "memory-cgroup", "peak-memory-reset",
                "perf-event-paranoid", "pressure", "process-memory", "scheduler-activity", "scheduler-counters",
                "software-counters",
            ]
        )
        #expect(found["cpu-affinity"]?.detail == "2 of 4 CPUs usable")
        #expect(found["instruction-set"]?.detail == "avx2, portable")
        #expect(found["perf-event-paranoid"]?.detail == "level 2")
        #expect(found["memory-cgroup"]?.detail?.hasPrefix("cgroup v1, below ") == true)
    }

    @Test func aServerThatDenies() throws {
        let host = try FixtureHost("intel-server")
        let refused = Availability.denied("kernel.perf_event_paranoid is 4", remedy: "sudo sysctl")
        let counters = Dictionary(uniqueKeysWithValues: Counter.allCases.map { ($0, refused) })
        let root = HostRoot(
            host.path,
            failures: [
                "/sys/class/powercap/intel-rapl:0/energy_uj": EACCES,
                "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice": EACCES,
            ]
        )
        let found = capabilities(root, counters: counters)
        for name in ["hardware-counters", "software-counters", "perf-event-paranoid", "energy", "memory-cgroup"] {
            #expect(found[name]?.availability.status == .denied, "\(name)")
            #expect(found[name]?.availability.remedy != nil, "\(name)")
        }
        #expect(found["temperature"]?.detail == "acpitz, x86_pkg_temp")
        #expect(found["cpu-frequency"]?.detail == "governor powersave")
    }

    @Test func aStrictSettingDoesNotMatterToThePrivileged() throws {
        let host = try FixtureHost("intel-server")
        let group = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice"
        try host.add(group + "/cgroup.procs", "\(getpid())\n")
        let found = capabilities(host.root)
        #expect(found["perf-event-paranoid"]?.availability == .ok)
        #expect(found["perf-event-paranoid"]?.detail == "level 4")
        #expect(found["energy"]?.detail == "rapl:package-0+package-1 (package)")
        #expect(found["memory-cgroup"]?.availability == .ok)
        #expect(found["memory-cgroup"]?.detail == "cgroup v2, below \(group)")
        try host.add(group + "/cgroup.procs", "1\n\(getpid())\n")
        let crowded = capabilities(host.root)["memory-cgroup"]?.availability
        #expect(crowded?.status == .denied && crowded?.remedy?.contains("Delegate=yes") == true)
        #expect(crowded?.reason?.hasSuffix("a limit is one of address space") == true)
    }

    @Test func raspberryPiLeavesTheMemoryControllerOff() throws {
        let found = capabilities(try FixtureHost("raspberry-pi-5").root)
        #expect(found["memory-cgroup"]?.availability.status == .absent)
        #expect(found["memory-cgroup"]?.availability.remedy?.contains("/boot/firmware/cmdline.txt") == true)
    }

    @Test func oneMissingCounterIsNamed() {
        var counters = noPMU
        for counter in Counter.allCases where counter.kind == .cache { counters[counter] = .ok }
        counters[.lastLevelLoads] = .absent("no")
        let cache = Doctor.counterCapability(.cache, counters)
        #expect(cache.availability == .ok && cache.detail == "without LLC-loads")
        #expect(Doctor.counterCapability(.cache, [:]).availability.status == .absent)
    }

    @Test func noFastKernels() {
        #expect(Doctor.instructionSetCapability(InstructionSets([])).availability.status == .absent)
        #expect(Doctor.affinity(root: .system, usableCPUs: nil).availability.status == .absent)
    }

    @Test func thisHost() {
        let found = Doctor.capabilities()
        #expect(found.count == 8 + Probes.all.count)
        #expect(found.first { $0.name == "process-memory" }?.availability == .ok)
        for capability in found {
            print(
                capability.name,
                capability.availability.status,
                capability.availability.reason ?? capability.detail ?? ""
            )
        }
    }
}
