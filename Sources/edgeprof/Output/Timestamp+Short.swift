import EdgeprofAPI

extension Timestamp {
    /// To the second, as lists show it: `2026-11-22 16:30:00Z`.
    var shortDescription: String {
        let text = description
        return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
    }
}
