import Foundation

/// Quantities as people read them: three significant digits and a unit.
enum HumanUnits {
    /// Bytes in binary units, for example `97.5 MiB`.
    static func bytes(_ count: UInt64) -> String {
        scaled(Double(count), step: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"])
    }

    /// A count in thousands, for example `25.6 M`.
    static func count(_ count: Double) -> String {
        scaled(count, step: 1000, units: ["", "k", "M", "G", "T"])
    }

    /// Nanoseconds as a time, for example `10.6 ms`.
    static func nanoseconds(_ count: Double) -> String {
        scaled(count, step: 1000, units: ["ns", "µs", "ms", "s"])
    }

    /// A plain number with three significant digits, for example `74.4`.
    static func number(_ value: Double) -> String {
        let magnitude = abs(value)
        guard magnitude < 1e15 else { return String(format: "%.2e", value) }
        switch magnitude {
        case 100...: return String(format: "%.0f", value)
        case 10..<100: return String(format: "%.1f", value)
        case 1..<10: return String(format: "%.2f", value)
        case 0: return "0"
        default: return String(format: "%.3g", value)
        }
    }

    /// A number without zeros at its end, for example `99.9` or `50`.
    static func plain(_ value: Double) -> String { String(format: "%g", value) }

    /// A fraction as a percentage, for example `69.49`.
    static func percent(_ fraction: Double) -> String { String(format: "%.2f", fraction * 100) }

    /// Money, grouped by thousands, for example `1,764,503`.
    static func dollars(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return number(value) }
        if abs(value) < 100 { return String(format: "%.2f", value) }
        let digits = String(format: "%.0f", abs(value))
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { grouped.append(",") }
            grouped.append(digit)
        }
        return (value < 0 ? "-" : "") + grouped
    }

    private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
        var value = value
        var unit = 0
        while abs(value) >= step, unit + 1 < units.count {
            value /= step
            unit += 1
        }
        let digits = unit == 0 ? String(format: value == value.rounded() ? "%.0f" : "%.3g", value) : number(value)
        return units[unit].isEmpty ? digits : digits + " " + units[unit]
    }
}
