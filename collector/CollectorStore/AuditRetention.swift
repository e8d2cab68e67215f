/// How much of the audit log is kept: the newest so many entries, for so long.
public enum AuditRetention {
    /// Entries kept.
    public static let entries: Int64 = 100_000
    /// How long an entry is kept: 400 days, a year and a month.
    public static let milliseconds: Int64 = 400 * 86_400_000
}
