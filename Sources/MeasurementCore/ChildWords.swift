internal import HostInfo

/// Arguments as names with values, and names that stand alone.
struct ChildWords {
    private(set) var values: [String: String] = [:]
    /// Those of the names without a value that were given.
    private(set) var switches: Set<String> = []

    /// Sorts arguments by name.
    ///
    /// - Throws: `ChildUsageError` for an unknown name, one given twice, or one without its value.
    init(
        _ strings: some Collection<String>,
        named known: Set<String>,
        switches knownSwitches: Set<String> = []
    ) throws(ChildUsageError) {
        var rest = Array(strings)[...]
        while let name = rest.popFirst() {
            if knownSwitches.contains(name) {
                switches.insert(name)
                continue
            }
            guard known.contains(name) else { throw ChildUsageError(description: "unknown argument \(name)") }
            guard let value = rest.popFirst() else { throw ChildUsageError(description: "\(name) needs a value") }
            guard values.updateValue(value, forKey: name) == nil else {
                throw ChildUsageError(description: "\(name) is given twice")
            }
        }
    }

    func text(_ name: String) throws(ChildUsageError) -> String {
        guard let value = values[name] else { throw ChildUsageError(description: "\(name) is missing") }
        return value
    }

    func number<Value: FixedWidthInteger>(
        _ name: String,
        _ range: ClosedRange<Value>
    ) throws(ChildUsageError) -> Value {
        let value = try text(name)
        guard let number = Value(value), range.contains(number) else {
            throw ChildUsageError(
                description: "\(name) must be \(range.lowerBound) to \(range.upperBound), not \(value)"
            )
        }
        return number
    }

    /// `--cpus`, nil when it is not given.
    func cpus() throws(ChildUsageError) -> CPUList? {
        guard let list = values["--cpus"] else { return nil }
        guard let cpus = CPUList(list), !cpus.cpus.isEmpty else {
            throw ChildUsageError(description: "--cpus must be a list such as 0,2-3, not \(list)")
        }
        return cpus
    }
}
