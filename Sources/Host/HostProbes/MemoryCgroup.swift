public import HostInfo

/// Whether a process can be held to a memory limit by a control group made for it.
public enum MemoryCgroup: Probe {
    /// `memory-cgroup`.
    public static let name = "memory-cgroup"

    /// What would enforce a memory limit: a group below this process's own of the memory controller, else the address space.
    public static func capability(root: HostRoot) -> Capability {
        let reading = folder(root: root)
        guard let folder = reading.value else {
            let availability = reading.availability
            let reason = (availability.reason ?? "no control group") + "; a limit is one of address space"
            return Capability(
                name: name,
                availability: availability.status == .denied
                    ? .denied(reason, remedy: availability.remedy) : .absent(reason, remedy: availability.remedy)
            )
        }
        guard root.exists(folder + "/cgroup.controllers") else {
            return Capability(name: name, availability: .ok, detail: "cgroup v1, below \(folder)")
        }
        if let refusal = OwnedMemoryGroup.refusal(in: folder, files: root) {
            return Capability(
                name: name,
                availability: .denied(
                    refusal.reason + "; a limit is one of address space",
                    remedy: refusal.remedy
                )
            )
        }
        return Capability(name: name, availability: .ok, detail: "cgroup v2, below \(folder)")
    }

    /// The folder below which this process may make a group with a memory limit.
    public static func folder(root: HostRoot = .system) -> Reading<String> {
        guard let text = try? root.read("/proc/self/cgroup").get() else {
            return .unavailable(.absent("this kernel has no control groups"))
        }
        let folders = CgroupMembership.parse(text)
            .filter { $0.isVersion2 || $0.controllers.contains("memory") }
            .compactMap { membership in
                membership.folders.first { folder in
                    membership.isVersion2
                        ? root.readValue(folder + "/cgroup.controllers")?.words.contains("memory") == true
                        : root.exists(folder + "/memory.limit_in_bytes")
                }
            }
        guard let folder = folders.first else {
            let isRaspberryPi = root.readValue("/proc/device-tree/model")?.hasPrefix("Raspberry Pi") == true
            return .unavailable(
                .absent(
                    "the memory controller of control groups is not enabled",
                    remedy: isRaspberryPi
                        ? "add cgroup_enable=memory to /boot/firmware/cmdline.txt and restart"
                        : "add cgroup_enable=memory to the kernel's command line and restart"
                )
            )
        }
        guard root.isWritableFolder(folder) else {
            return .unavailable(
                .denied(
                    "\(folder) belongs to another user",
                    remedy: "systemd-run --user --scope --property=Delegate=yes edgeprof …"
                )
            )
        }
        return .value(folder)
    }
}
