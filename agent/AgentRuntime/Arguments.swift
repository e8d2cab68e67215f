public import EdgeprofAPI
internal import Glibc
public import HTTPTransport
internal import HostInfo
internal import Spool

/// Reads what people write on the command line; every message says how to write it instead.
public enum Arguments {
    /// Reads a collector's URL.
    ///
    /// - Parameter text: for example `https://collector.example:8640`.
    /// - Returns: the same without a slash at its end.
    /// - Throws: `AgentError` when it is not an `http` or `https` URL.
    public static func collector(_ text: String) throws(AgentError) -> String {
        do throws(CollectorError) {
            return try CollectorClient(baseURL: text, transport: HTTPTransport(userAgent: "")) { nil }.baseURL
        } catch { throw bad(error.message) }
    }

    /// Reads labels.
    ///
    /// - Parameter texts: `key=value` each.
    /// - Returns: values by key.
    /// - Throws: `AgentError` for a malformed label or a key given twice.
    public static func labels(_ texts: [String]) throws(AgentError) -> [String: String] {
        var labels: [String: String] = [:]
        for text in texts {
            guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
                throw bad("label '\(text)' is not key=value, for example site=attic")
            }
            let (key, value) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
            guard labels.updateValue(value, forKey: key) == nil else { throw bad("label '\(key)' is given twice") }
        }
        return labels
    }

    /// Reads by what a collector is to be known over TLS.
    ///
    /// - Parameters:
    ///   - caFile: PEM file of certificate authorities.
    ///   - pin: `sha256//` and base64.
    ///   - collector: the collector's URL.
    /// - Returns: what to trust, its file as an absolute path; nil when neither is given.
    /// - Throws: `AgentError` for a file that cannot be read, a malformed pin, or either without TLS.
    public static func trust(caFile: String?, pin: String?, collector: String) throws(AgentError) -> TLSTrust? {
        guard caFile != nil || pin != nil else { return nil }
        guard collector.hasPrefix("https://") else {
            throw bad("--ca-file and --pin are for TLS: give the collector's address as https://…")
        }
        if let pin, !TLSTrust.isPin(pin) {
            throw bad("pin '\(pin)' is not sha256// and the base64 of a SHA-256, as in curl's --pinnedpubkey")
        }
        guard let caFile else { return TLSTrust(pin: pin) }
        do throws(SpoolError) { _ = try DurableFile.read(caFile, limit: 16 << 20) } catch {
            throw bad("no CA certificates: \(error.message)")
        }
        guard let absolute = realpath(caFile, nil) else { throw bad("CA file '\(caFile)' cannot be found") }
        defer { free(absolute) }
        return TLSTrust(caFile: String(cString: absolute), pin: pin)
    }

    /// Reads the limits of a stand-in.
    ///
    /// - Parameters:
    ///   - cpus: CPU numbers as the kernel writes them, `0` or `0-3,6`.
    ///   - isa: name of the highest instruction set to be used.
    ///   - memory: size such as `512MiB`.
    ///   - onlineCPUs: CPUs that exist here, in the kernel's form; nil where unknown.
    /// - Returns: the limits, nil when none is given.
    /// - Throws: `AgentError` for anything malformed or not to be had on this box.
    public static func limits(
        cpus: String?,
        isa: String?,
        memory: String?,
        onlineCPUs: String? = onlineCPUs
    ) throws(AgentError) -> HostLimits? {
        var limits = HostLimits()
        if let cpus {
            guard let list = CPUList(cpus)?.cpus, !list.isEmpty else {
                throw bad("CPUs '\(cpus)' are not a list such as 0 or 0-3,6")
            }
            if let onlineCPUs, let online = CPUList(onlineCPUs),
                let missing = list.first(where: { !online.cpus.contains($0) })
            {
                throw bad("CPU \(missing) is not on this box, which has \(onlineCPUs)")
            }
            limits.cpus = list
        }
        if let isa {
            let usable = InstructionSet.allCases.filter { $0.architecture == nil || $0.architecture == .current }
            guard usable.contains(where: { $0.rawValue == isa }) else {
                let names = usable.map(\.rawValue).joined(separator: ", ")
                throw bad("instruction set '\(isa)' is none of this box's architecture: \(names)")
            }
            limits.isa = isa
        }
        if let memory { limits.memoryBytes = try byteSize(memory) }
        return limits == HostLimits() ? nil : limits
    }

    /// Reads a size in bytes.
    ///
    /// - Parameter text: digits and one of B, kB, MB, GB, KiB, MiB, GiB, TiB.
    /// - Returns: bytes, at least 1.
    /// - Throws: `AgentError` for anything else and for sizes beyond 512 TiB, which no box has.
    public static func byteSize(_ text: String) throws(AgentError) -> UInt64 {
        let units: [String: UInt64] = [
            "B": 1, "kB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30,
            "TiB": 1 << 40,
        ]
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), number > 0, let unit = units[String(text.dropFirst(digits.count))] else {
            throw bad("size '\(text)' is not a number and a unit, for example 512MiB or 1GiB")
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, bytes <= 1 << 49 else { throw bad("size '\(text)' is larger than any memory") }
        return bytes
    }

    /// The CPUs online on this box, in the kernel's form; nil where the kernel does not say.
    public static var onlineCPUs: String? {
        let bytes = try? DurableFile.read("/sys/devices/system/cpu/online", limit: 1 << 20)
        let text = bytes.map { String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
        return text?.isEmpty == false ? text : nil
    }

    private static func bad(_ message: String) -> AgentError { AgentError(code: .badArgument, message: message) }
}
