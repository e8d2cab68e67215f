public import HostInfo

/// Whether a process can be held to a memory limit by a control group made for it.
public enum MemoryCgroup: Probe {
    /// `memory-cgroup`.
    public static let name = "memory-cgroup"

    /// Finds this process's own group of the memory controller and whether groups may be made below it.
    public static func capability(root: HostRoot) -> Capability {
        Capability(name: name, reading: folder(root: root)) { "below " + $0 }
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
