/// Identifiers that sort by time (RFC 9562, version 7), written as 36 lower-case characters.
public enum UUIDv7 {
    /// Makes an identifier from a moment and the system's randomness.
    public static func make(at moment: Timestamp) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(at: moment, using: &generator)
    }

    /// Makes an identifier from a moment and a source of randomness.
    public static func make(at moment: Timestamp, using generator: inout some RandomNumberGenerator) -> String {
        let milliseconds = UInt64(max(moment.millisecondsSinceEpoch, 0)) & 0xffff_ffff_ffff
        let high = milliseconds << 16 | 0x7000 | (generator.next() as UInt64) & 0x0fff
        let low = 0x8000_0000_0000_0000 | (generator.next() as UInt64) & 0x3fff_ffff_ffff_ffff
        let digits = hexadecimal(high) + hexadecimal(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    /// Whether a text is a version 7 identifier in the canonical form.
    public static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36, bytes[14] == UInt8(ascii: "7"), "89ab".utf8.contains(bytes[19]) else { return false }
        return bytes.enumerated().allSatisfy { index, byte in
            [8, 13, 18, 23].contains(index)
                ? byte == UInt8(ascii: "-")
                : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
