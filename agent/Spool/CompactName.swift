/// An id or a reference in little memory: UUIDs, as nearly all are, as their 16 bytes.
///
/// A hundred thousand waiting records are known by two names each; as strings they would cost the agent 15 MB more.
enum CompactName: Hashable {
    case uuid(UInt64, UInt64)
    case text(String)

    init(_ text: String) {
        if let (high, low) = Self.uuid(text) { self = .uuid(high, low) } else { self = .text(text) }
    }

    var text: String {
        switch self {
        case .text(let text): text
        case .uuid(let high, let low):
            [(high, 32, 8), (high, 16, 4), (high, 0, 4), (low, 48, 4), (low, 0, 12)].map { word, shift, digits in
                Self.hexadecimal(word >> UInt64(shift), digits: digits)
            }.joined(separator: "-")
        }
    }

    /// The lowest digits of a number in base 16.
    static func hexadecimal(_ number: UInt64, digits: Int) -> String {
        String(
            decoding: (0..<digits).reversed().map { place in
                let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * place) & 15)
                return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            },
            as: UTF8.self
        )
    }

    /// The halves of a UUID in the one form that can be made again from them: lower case, dashes in their places.
    private static func uuid(_ text: String) -> (UInt64, UInt64)? {
        guard text.utf8.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (place, byte) in text.utf8.enumerated() {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "-") where [8, 13, 18, 23].contains(place): continue
            case 0x30...0x39 where ![8, 13, 18, 23].contains(place): digit = byte - 0x30
            case 0x61...0x66 where ![8, 13, 18, 23].contains(place): digit = byte - 0x61 + 10
            default: return nil
            }
            if place < 18 { halves.0 = halves.0 << 4 | UInt64(digit) } else { halves.1 = halves.1 << 4 | UInt64(digit) }
        }
        return halves
    }
}
