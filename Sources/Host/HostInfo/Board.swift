/// What the machine around the processor is called, and whether it is a virtual one.
enum Board {
    /// The device tree's model on boards that have one, else the firmware's product name, else nil.
    static func name(root: HostRoot, cpuInfo: CPUInfo) -> String? {
        for path in ["/proc/device-tree/model", "/sys/firmware/devicetree/base/model"] {
            if let model = root.readValue(path) { return model }
        }
        if let board = cpuInfo.board { return board }
        let vendor = root.readValue("/sys/class/dmi/id/sys_vendor").flatMap(meaningful)
        for file in ["product_name", "board_name"] {
            guard let product = root.readValue("/sys/class/dmi/id/" + file).flatMap(meaningful) else { continue }
            guard let vendor, !product.hasPrefix(vendor) else { return product }
            return vendor + " " + product
        }
        return vendor
    }

    /// Text a board maker wrote, or nil for what they leave in the firmware's template.
    static func meaningful(_ text: String) -> String? {
        let templates = [
            "to be filled by o.e.m.", "system product name", "system manufacturer", "default string", "not specified",
            "not applicable", "o.e.m.", "none", "unknown", "empty",
        ]
        return templates.contains(text.lowercased()) ? nil : text
    }

    /// Whether a hypervisor runs below, or nil where the host does not say.
    ///
    /// x86 kernels show CPUID's hypervisor bit as a flag. Arm has no such bit: hypervisors show in the device tree or in the
    /// firmware's vendor name.
    static func isVirtual(root: HostRoot, cpuInfo: CPUInfo, architecture: Architecture?) -> Bool? {
        if cpuInfo.flags.contains("hypervisor") || root.exists("/sys/hypervisor/type")
            || root.exists("/proc/device-tree/hypervisor")
        {
            return true
        }
        let makers = [
            "qemu", "kvm", "vmware", "virtualbox", "innotek", "xen", "amazon ec2", "google compute", "dummy-virt",
        ]
        let names = ["/sys/class/dmi/id/sys_vendor", "/sys/class/dmi/id/product_name", "/proc/device-tree/compatible"]
            .compactMap { root.readValue($0)?.lowercased() }
        if names.contains(where: { name in makers.contains { name.hasOccurrence(of: $0) } }) { return true }
        // No bit set on x86, or a board that names itself: a real machine. An Arm box that says nothing stays unknown.
        if architecture == .x86 { return cpuInfo.flags.isEmpty ? nil : false }
        return names.isEmpty && !root.exists("/proc/device-tree/model") ? nil : false
    }
}

extension String {
    /// Whether `other` occurs in it, without Foundation or the regular expression library.
    fileprivate func hasOccurrence(of other: String) -> Bool {
        let needle = Array(other.utf8)
        let hay = Array(utf8)
        guard needle.count <= hay.count else { return false }
        return (0...(hay.count - needle.count)).contains { hay[$0..<($0 + needle.count)].elementsEqual(needle) }
    }
}
