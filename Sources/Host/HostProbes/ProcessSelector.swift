/// Whose files to read in `/proc`.
public enum ProcessSelector: Sendable, Hashable {
    /// The calling process.
    case current
    /// The process with this number.
    case process(Int32)

    /// Its folder.
    var folder: String {
        switch self {
        case .current: "/proc/self"
        case .process(let number): "/proc/\(number)"
        }
    }
}
