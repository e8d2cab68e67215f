public import HostInfo
public import PerfCounters

/// What this host can measure.
public enum Doctor {
    /// Every capability, in the order `edgeprof doctor` shows them.
    ///
    /// - Parameters:
    ///   - root: where `/proc` and `/sys` are.
    ///   - instructionSets: what the processor offers.
    ///   - usableCPUs: how many CPUs this process may run on, or nil if the kernel does not say.
    ///   - counters: whether each counter can be opened.
    /// - Returns: one capability each of instruction sets, CPU affinity, each kind of counter, `perf_event_paranoid`, each probe.
    public static func capabilities(
        root: HostRoot = .system,
        instructionSets: InstructionSets = .detected,
        usableCPUs: Int? = HostInfo.usableCPUCount,
        counters: [Counter: Availability] = counterAvailabilities()
    ) -> [Capability] {
        [instructionSetCapability(instructionSets), affinity(root: root, usableCPUs: usableCPUs)]
            + Counter.Kind.allCases.map { counterCapability($0, counters) }
            + [paranoia(root: root, counters: counters)]
            + Probes.all.map { $0.capability(root: root) }
    }

    /// Opens every counter once to see which can be.
    public static func counterAvailabilities() -> [Counter: Availability] {
        let session = CounterSession(requested: Counter.allCases)
        return Dictionary(zip(session.requested, session.availabilities)) { first, _ in first }
    }

    static func instructionSetCapability(_ sets: InstructionSets) -> Capability {
        let names = sets.bestFirst.map(\.rawValue).joined(separator: ", ")
        let availability: Availability =
            sets.best == .portable
            ? .absent("this processor offers none of the instruction sets edgeprof has fast kernels for") : .ok
        return Capability(name: "instruction-set", availability: availability, detail: names)
    }

    static func affinity(root: HostRoot, usableCPUs: Int?) -> Capability {
        guard let usableCPUs else {
            return Capability(
                name: "cpu-affinity",
                availability: .absent("the kernel does not say which CPUs are usable")
            )
        }
        let online = root.readValue("/sys/devices/system/cpu/online").flatMap { CPUList($0) }?.cpus.count
        let detail = online.map { "\(usableCPUs) of \($0) CPUs usable" } ?? "\(usableCPUs) CPUs usable"
        return Capability(name: "cpu-affinity", availability: .ok, detail: detail)
    }

    /// One kind of counter: there if any of it is, with the missing ones named.
    static func counterCapability(_ kind: Counter.Kind, _ counters: [Counter: Availability]) -> Capability {
        let members = Counter.allCases.filter { $0.kind == kind }
        let states = members.compactMap { counters[$0] }
        let missing = members.filter { counters[$0]?.isOK != true }.map(\.name)
        let name = kind.rawValue + "-counters"
        if missing.count < members.count {
            let detail = missing.isEmpty ? nil : "without " + missing.joined(separator: ", ")
            return Capability(name: name, availability: .ok, detail: detail)
        }
        let refusal = states.first { $0.status == .denied } ?? states.first
        return Capability(name: name, availability: refusal ?? .absent("no such counter was tried"))
    }

    static func paranoia(root: HostRoot, counters: [Counter: Availability]) -> Capability {
        let name = "perf-event-paranoid"
        guard let level = PerfErrorPolicy.paranoia(root: root) else {
            return Capability(name: name, availability: .absent("this kernel has no performance events"))
        }
        let highest = PerfErrorPolicy.highestUsableParanoia
        // A privileged process may count whatever the setting says.
        if level <= highest || counters[.taskClock]?.isOK == true {
            return Capability(name: name, availability: .ok, detail: "level \(level)")
        }
        return Capability(
            name: name,
            availability: .denied(
                "level \(level) keeps unprivileged processes from counting",
                remedy: "sudo sysctl kernel.perf_event_paranoid=\(highest)"
            )
        )
    }
}
