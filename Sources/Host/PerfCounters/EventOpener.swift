internal import Glibc
internal import HostInfo

/// Opens a session's events, joining groups where the PMU takes them.
struct EventOpener {
    /// One open event.
    struct Descriptor {
        var descriptor: Int32
        var isLeader: Bool
    }

    /// Why none could be opened.
    struct Refusal: Error {
        var availability: Availability
    }

    private struct GroupKey: Hashable {
        var group: Int
        var pmuType: UInt32
    }

    private let system: PerfSystem
    private let paranoia: Int?
    private let corePMUs: [UInt32]
    private var leaders: [GroupKey: Int32] = [:]

    init(system: PerfSystem, root: HostRoot) {
        self.system = system
        paranoia = PerfErrorPolicy.paranoia(root: root)
        corePMUs = CorePMUs.types(root: root)
    }

    /// Opens a counter's event: on each core PMU of a hybrid processor, else once.
    mutating func open(_ counter: Counter, _ event: PerfEvent) -> Result<[Descriptor], Refusal> {
        var opened: [Descriptor] = []
        if event.isHardware {
            for pmu in corePMUs {
                if case .success(let one) = openOne(event.on(pmuType: pmu), group: counter.group, pmuType: pmu) {
                    opened.append(one)
                }
            }
        }
        if !opened.isEmpty { return .success(opened) }
        // Kernels that do not know the PMU's type in the event still count the plain event, on one kind of core; the live
        // fraction tells.
        switch openOne(event, group: counter.group, pmuType: 0) {
        case .success(let one): return .success([one])
        case .failure(let error):
            return .failure(
                Refusal(
                    availability: PerfErrorPolicy.availability(
                        code: error.code,
                        counter: counter,
                        paranoia: paranoia
                    )
                )
            )
        }
    }

    private struct OpenError: Error {
        var code: Int32
    }

    private mutating func openOne(
        _ event: PerfEvent,
        group: Int?,
        pmuType: UInt32
    ) -> Result<Descriptor, OpenError> {
        let key = group.map { GroupKey(group: $0, pmuType: pmuType) }
        if let key, let leader = leaders[key] {
            let descriptor = system.open(event, leader)
            if descriptor >= 0 { return .success(Descriptor(descriptor: descriptor, isLeader: false)) }
            // A group the PMU cannot hold at once: count this event in turns of its own.
        }
        let descriptor = system.open(event, -1)
        guard descriptor >= 0 else { return .failure(OpenError(code: -descriptor)) }
        if let key, leaders[key] == nil { leaders[key] = descriptor }
        return .success(Descriptor(descriptor: descriptor, isLeader: true))
    }
}
