internal import Glibc
public import HostInfo

/// Time threads spent waiting for a resource, since the host started.
///
/// `/proc/pressure/cpu`, `memory`, `io`: lines `some avg10=0.01 avg60=1.11 avg300=0.71 total=6444167`, the total in microseconds.
/// Format: <https://docs.kernel.org/accounting/psi.html>.
public struct Pressure: Sendable, Hashable {
    /// What is waited for.
    public enum Resource: String, Sendable, CaseIterable {
        /// A CPU.
        case cpu
        /// Memory: reclaim and swapping.
        case memory
        /// A device.
        case io
    }

    /// Time in which at least one thread waited, in microseconds.
    public var someMicroseconds: UInt64
    /// Time in which all threads that were not idle waited, in microseconds; nil where the kernel does not say.
    public var fullMicroseconds: UInt64?

    /// Reads one resource's totals.
    public static func read(_ resource: Resource, root: HostRoot = .system) -> Reading<Pressure> {
        switch root.read("/proc/pressure/" + resource.rawValue, limitBytes: 4096) {
        case .failure(let error) where error.code == EOPNOTSUPP:
            .unavailable(
                .absent("pressure accounting is switched off", remedy: "add psi=1 to the kernel's command line")
            )
        case .failure(let error):
            .unavailable(error.availability(absent: "this kernel has no pressure accounting (CONFIG_PSI)"))
        case .success(let text):
            Pressure(parsing: text).map { .value($0) }
                ?? .unavailable(.absent("/proc/pressure/\(resource.rawValue) has another form"))
        }
    }

    /// Parses a file; nil without a `some` line that has a total.
    init?(parsing text: String) {
        var totals: [Substring: UInt64] = [:]
        for line in text.lines {
            let words = line.words
            guard let kind = words.first, let total = words.last, total.hasPrefix("total=") else { continue }
            totals[kind] = total.dropFirst("total=".count).decimal
        }
        guard let some = totals["some"] else { return nil }
        someMicroseconds = some
        fullMicroseconds = totals["full"]
    }

    /// Microseconds in which at least one thread waited since `earlier`; nil if the totals went back.
    public func someMicroseconds(since earlier: Pressure) -> UInt64? {
        someMicroseconds >= earlier.someMicroseconds ? someMicroseconds - earlier.someMicroseconds : nil
    }
}

extension Pressure: Probe {
    /// `pressure`.
    public static let name = "pressure"

    /// Which of the three can be read.
    public static func capability(root: HostRoot) -> Capability {
        let missing = Resource.allCases.filter { !read($0, root: root).availability.isOK }.map(\.rawValue)
        return Capability(name: name, reading: read(.cpu, root: root)) { _ in
            missing.isEmpty ? "cpu, memory, io" : "without " + missing.joined(separator: ", ")
        }
    }
}
