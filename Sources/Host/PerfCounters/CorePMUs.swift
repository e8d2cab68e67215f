package import HostInfo

/// The types of the processor's core PMUs where there are several: one for each kind of core of a hybrid processor.
///
/// A core PMU of a hybrid processor lists its cores in a file `cpus` (`cpu_core` and `cpu_atom` on x86, `armv8_cortex_a76` and
/// the like on Arm), which the PMUs of other units do not have.
package enum CorePMUs {
    /// The types, ascending; empty where one PMU serves all cores, or there is none.
    package static func types(root: HostRoot) -> [UInt32] {
        let devices = "/sys/bus/event_source/devices"
        let types = root.names(in: devices).compactMap { name -> UInt32? in
            guard let cpus = root.readValue("\(devices)/\(name)/cpus").flatMap({ CPUList($0) }), !cpus.cpus.isEmpty
            else { return nil }
            return root.readValue("\(devices)/\(name)/type").flatMap { UInt32($0) }
        }
        return types.count > 1 ? types.sorted() : []
    }
}
