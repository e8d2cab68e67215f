/// Numbers in sentences, the same on every machine and without a locale.
enum Text {
    /// A number with so many decimals and commas between thousands.
    static func number(_ value: Double, digits: Int = 0) -> String {
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (value.magnitude * scale).rounded()
        guard scaled < 1e15 else { return "\(value)" }
        let whole = UInt64(scaled / scale)
        let rest = UInt64(scaled) - whole * UInt64(scale)
        var text = grouped(whole)
        if digits > 0 {
            let fraction = String(rest)
            text += "." + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
        }
        return value < 0 && scaled > 0 ? "-" + text : text
    }

    /// A number with about three significant digits.
    static func short(_ value: Double) -> String {
        let size = value.magnitude
        return number(value, digits: size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 4)
    }

    /// A ratio above 1 as a multiple, `1.31x`, with enough digits to be told from 1.
    static func times(_ ratio: Double) -> String {
        for digits in 2...6 where number(ratio, digits: digits) != number(1, digits: digits) {
            return number(ratio, digits: ratio >= 100 ? 0 : ratio >= 10 ? 1 : digits) + "x"
        }
        return "barely more than 1x"
    }

    /// A fraction in percent, with a digit more where two would hide it.
    static func percent(_ fraction: Double) -> String { number(100 * fraction, digits: 2) }

    /// A difference above 0 with two decimals, or more where those would say 0.
    static func difference(_ value: Double) -> String {
        for digits in 2...8 where number(value, digits: digits) != number(0, digits: digits) {
            return number(value, digits: digits)
        }
        return "barely any"
    }

    /// A number as people write it: no needless zeros, no exponent for what is not tiny or huge.
    static func plain(_ value: Double) -> String {
        if let whole = Int(exactly: value), whole.magnitude < 1_000_000_000 { return number(value) }
        let text = "\(value)"
        return text
    }

    /// A number of things.
    static func count(_ count: Int, _ noun: String) -> String {
        "\(number(Double(count))) \(noun)\(count == 1 ? "" : "s")"
    }

    /// Names joined as in a sentence, at most so many of them.
    static func list(_ names: [String], atMost limit: Int = 5) -> String {
        guard names.count > limit else { return names.joined(separator: ", ") }
        return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
    }

    private static func grouped(_ value: UInt64) -> String {
        let digits = String(value)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index).isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return text
    }
}
