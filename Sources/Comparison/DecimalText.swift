import Glibc

/// Numbers in sentences.
enum DecimalText {
    /// Three significant digits, or so many as a whole number needs, without zeros at the end.
    static func rounded(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        guard value != 0 else { return "0" }
        let digits = min(9, max(0, 2 - Int(log10(abs(value)).rounded(.down))))
        let scale = pow(10, Double(digits))
        let rounded = (value * scale).rounded() / scale
        guard let whole = Int(exactly: rounded) else { return "\(rounded)" }
        return "\(whole)"
    }
}
