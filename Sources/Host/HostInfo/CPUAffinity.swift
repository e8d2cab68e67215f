internal import CHostInfo
internal import Glibc

/// The CPUs the calling thread may run on (`sched_getaffinity`): its own mask within its cpuset, CPU quotas not applied.
public enum CPUAffinity {
    /// The kernel's mask is never longer: 65,536 CPUs, one bit each.
    private static let maskBytes = (CPUList.highestCPU + 1) / 8

    /// The CPUs, or nil if the kernel will not say.
    public static var current: CPUList? {
        var mask = [UInt8](repeating: 0, count: maskBytes)
        let filled = edgeprof_get_affinity(&mask, mask.count)
        guard filled > 0 else { return nil }
        // Both architectures are little-endian: bit n of the mask's words is bit n % 8 of byte n / 8.
        let bits = 0..<min(filled, mask.count) * 8
        return CPUList(bits.filter { (bit: Int) -> Bool in (mask[bit / 8] >> (bit % 8)) & 1 == 1 })
    }

    /// Keeps the calling thread, and every thread it starts from now on, on `cpus`; programs it executes inherit it.
    ///
    /// - Parameter cpus: CPUs that are online and in this process's cpuset.
    /// - Returns: `ok`, or why the thread runs where it ran before.
    public static func restrict(to cpus: CPUList) -> Availability {
        let before = current
        let code = set(cpus)
        switch code {
        case 0: break
        case EPERM: return .denied("this process may not choose its CPUs")
        case EINVAL: return .absent("none of the CPUs is online and open to this process")
        default: return .absent("the CPUs could not be set: \(systemErrorText(code))")
        }
        // The kernel quietly takes those it can have.
        let taken = current
        if taken == cpus { return .ok }
        if let before { _ = set(before) }
        let missing = cpus.cpus.first { taken?.cpus.contains($0) != true } ?? 0
        return .absent("CPU \(missing) is not online or not open to this process")
    }

    /// The error number, or 0.
    private static func set(_ cpus: CPUList) -> Int32 {
        var mask = [UInt8](repeating: 0, count: maskBytes)
        for cpu in cpus.cpus { mask[cpu / 8] |= 1 << (cpu % 8) }
        return Int32(clamping: -edgeprof_set_affinity(mask, mask.count))
    }
}
