public import HostInfo

/// What a Raspberry Pi's firmware says about its own slowing down.
///
/// `get_throttled` of the firmware's device: a hexadecimal set of bits, 0 undervoltage, 1 frequency capped, 2 throttled, 3 soft temperature
/// limit, now; the same at 16 to 19, at some time since they were last cleared, which `raspberrypi-hwmon` does every two seconds: what held
/// between two looks further apart may show in neither. Source:
/// <https://www.raspberrypi.com/documentation/computers/os.html#get_throttled>, `drivers/firmware/raspberrypi.c`.
public struct FirmwareThrottling: Sendable, Hashable {
    /// The bits as read.
    public var bits: UInt32

    /// Its reasons, by bit.
    static let reasons = ["undervoltage", "frequency capped", "throttled", "soft temperature limit"]

    /// For so long after an event its lasting bit may still be there, in nanoseconds.
    static let memoryNanoseconds: UInt64 = 2_500_000_000

    /// The file of a host that has one.
    static func path(root: HostRoot) -> String? { paths(root: root).first { root.exists($0) } }

    /// Reads the flags of a file.
    static func read(_ path: String, root: HostRoot) -> FirmwareThrottling? {
        (try? root.read(path, limitBytes: 64).get()).flatMap(bits(parsing:)).map { FirmwareThrottling(bits: $0) }
    }

    /// Reads the flags.
    public static func read(root: HostRoot = .system) -> Reading<FirmwareThrottling> {
        for path in paths(root: root) {
            switch root.read(path, limitBytes: 4096) {
            case .failure(let error):
                let availability = error.availability(absent: "")
                if availability.status == .denied { return .unavailable(availability) }
            case .success(let text):
                return bits(parsing: text).map { .value(FirmwareThrottling(bits: $0)) }
                    ?? .unavailable(.absent("\(path) holds no flags"))
            }
        }
        return .unavailable(.absent("no Raspberry Pi firmware reports throttling here"))
    }

    /// `/sys/devices/platform/soc/soc:firmware/get_throttled`, or below `soc@107c000000` and the like on newer boards.
    private static func paths(root: HostRoot) -> [String] {
        let platform = "/sys/devices/platform"
        return root.names(in: platform).filter { $0 == "soc" || $0.hasPrefix("soc@") }.flatMap { soc in
            root.names(in: "\(platform)/\(soc)").filter { $0.hasSuffix(":firmware") }
                .map { "\(platform)/\(soc)/\($0)/get_throttled" }
        }
    }

    /// Hexadecimal digits with `0x` before them or not.
    static func bits(parsing text: String) -> UInt32? {
        var digits = text.trimmed
        if digits.hasPrefix("0x") { digits = digits.dropFirst(2) }
        guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return UInt32(digits, radix: 16)
    }

    /// What holds now.
    public var now: [String] { Self.reasons.enumerated().filter { bits >> UInt32($0.offset) & 1 == 1 }.map(\.element) }

    /// What has held at some time.
    public var ever: [String] {
        Self.reasons.enumerated().filter { bits >> UInt32($0.offset + 16) & 1 == 1 }.map(\.element)
    }
}
