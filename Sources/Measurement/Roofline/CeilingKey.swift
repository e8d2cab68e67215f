internal import Crypto
internal import EdgeprofAPI
internal import HostInfo

/// What measured ceilings hold for: the same boot, program, instruction set, threads, CPUs and limits.
struct CeilingKey: Hashable {
    var isa: String
    /// Threads side by side.
    var threads: Int
    /// CPUs they stay on.
    var cpus: [Int]
    /// CPUs' worth of time that control groups grant, nil for no limit.
    var quota: Double?
    /// Address space they stay within, nil for no limit.
    var memoryLimitBytes: UInt64?
    /// Changes with each start of the kernel.
    var bootId: String
    /// Changes with the program.
    var build: String

    /// The key of a run's ceilings.
    ///
    /// No more threads are active at once than there are CPUs, or than control groups grant time for.
    init(
        isa: String,
        settings: MeasurementSettings,
        limits: HostLimits?,
        allowedCpus: [Int] = CPUAffinity.current?.cpus ?? [0],
        quota: Double? = CPUBudget.current().quota,
        bootId: String = HostRoot.system.readValue("/proc/sys/kernel/random/boot_id") ?? "unknown",
        build: String = HelperProgram.buildTag
    ) {
        self.isa = isa
        cpus = limits?.cpus.map { Set($0).sorted() } ?? allowedCpus
        self.quota = quota
        let usable = CPUBudget(affinityCount: cpus.count, quota: quota).usableCPUs
        threads = max(1, min(settings.threads * settings.instances, usable))
        memoryLimitBytes = limits?.memoryBytes
        self.bootId = bootId
        self.build = build
    }

    /// A name for a file, the same for the same key only.
    var fileName: String {
        let limits = [quota.map { "\($0)" } ?? "none", memoryLimitBytes.map { "\($0)" } ?? "none"]
        let words = [isa, "\(threads)", "\(cpus)"] + limits + [bootId, build]
        let digest = SHA256.hash(data: Array(words.joined(separator: "\n").utf8))
        let digits = digest.prefix(16).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        return digits.joined() + ".ceilings"
    }
}
