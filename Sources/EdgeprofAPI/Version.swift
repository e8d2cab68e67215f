/// The release, the same for all programs.
public enum Edgeprof {
    /// Semantic version.
    public static let version = "0.1.0"
}
