/// The CPUs a process may really use: those it may run on, and the CPU time its control groups grant.
///
/// A container often sees every CPU of its host and is given the time of one or two. More threads than that only take
/// time from one another, and a thread that spins spends the quota of those that work.
public struct CPUBudget: Sendable, Hashable {
    /// CPUs the calling thread may run on, nil if the kernel will not say.
    public var affinityCount: Int?
    /// CPU time a second of wall time, in CPUs, nil for no limit.
    public var quota: Double?

    /// A budget as given.
    ///
    /// - Parameters:
    ///   - affinityCount: CPUs of the scheduler's mask, nil if unknown.
    ///   - quota: in CPUs, as in `CgroupLimits.cpus`.
    public init(affinityCount: Int?, quota: Double? = nil) {
        self.affinityCount = affinityCount
        self.quota = quota
    }

    /// Reads the budget of this process.
    ///
    /// - Parameters:
    ///   - root: where `/proc` and `/sys` are; a folder of captured files in tests.
    ///   - affinityCount: CPUs the caller may run on, from the kernel.
    /// - Returns: the mask's CPUs and the tightest quota of version 2 and version 1 groups; what cannot be read limits
    ///   nothing.
    public static func current(
        root: HostRoot = .system,
        affinityCount: Int? = HostInfo.usableCPUCount
    ) -> CPUBudget {
        CPUBudget(affinityCount: affinityCount, quota: CgroupLimits(root: root).cpus)
    }

    /// CPUs that threads of this process can keep busy at once: the smaller of the mask's and the quota's, the latter
    /// rounded up; at least 1.
    public var usableCPUs: Int {
        let quotaCPUs = quota.map { Int(min($0, Double(CPUList.highestCPU)).rounded(.up)) } ?? .max
        return max(min(affinityCount ?? 1, quotaCPUs), 1)
    }
}
