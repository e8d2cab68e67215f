internal import HostInfo

extension StringProtocol {
    /// A whole number of ASCII digits, behind a minus or not; nil for anything else and for what does not fit.
    var signedDecimal: Int64? {
        guard let first = utf8.first else { return nil }
        if first != UInt8(ascii: "-") { return decimal.flatMap { Int64(exactly: $0) } }
        return dropFirst().decimal.flatMap { Int64(exactly: $0) }.map { -$0 }
    }
}
