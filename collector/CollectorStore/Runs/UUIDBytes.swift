/// The 16 bytes of a UUID written in lower case.
struct UUIDBytes: Hashable, Sendable {
    static let zero = UUIDBytes(bytes: Array(repeating: 0, count: 16))

    var bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads a text; nil unless writing the bytes again gives exactly that text.
    init?(_ text: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        var high: UInt8?
        var place = 0
        for unit in text.utf8 {
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            place += 1
            if isDash {
                guard unit == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch unit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = unit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = unit - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
            if place > 36 { return nil }
        }
        guard place == 36 else { return nil }
        self.bytes = bytes
    }

    var text: String {
        String(unsafeUninitializedCapacity: 36) { output in
            var place = 0
            for (index, byte) in bytes.enumerated() {
                if index == 4 || index == 6 || index == 8 || index == 10 {
                    output[place] = UInt8(ascii: "-")
                    place += 1
                }
                for digit in [byte >> 4, byte & 15] {
                    output[place] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    place += 1
                }
            }
            return place
        }
    }
}
