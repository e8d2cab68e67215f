import EdgeprofAPI
import Foundation
import Synchronization

/// Months of runs, each a partition made when its first run comes.
///
/// A run's id is a UUIDv7: its first 48 bits are milliseconds, so a month is a range of ids. Ids of
/// other times, which only a wrong clock makes, go to the partition for what fits nowhere: nobody can make partitions without end.
struct RunMonth: Hashable, Sendable {
    /// Before it, nothing was measured.
    static let firstYear = 2025

    let year: Int
    let month: Int

    /// The month of a run's id; nil for one out of range.
    init?(of id: String) {
        let digits = id.utf8.prefix(13).filter { $0 != UInt8(ascii: "-") }
        guard digits.count == 12, let milliseconds = Int64(String(decoding: digits, as: UTF8.self), radix: 16) else {
            return nil
        }
        let (year, month) = Self.civil(daysSinceEpoch: milliseconds / 86_400_000)
        guard year >= Self.firstYear else { return nil }
        self.init(year: year, month: month)
    }

    /// The month of a moment.
    init(at moment: Timestamp) {
        (year, month) = Self.civil(daysSinceEpoch: max(0, moment.millisecondsSinceEpoch) / 86_400_000)
    }

    static func <= (left: RunMonth, right: RunMonth) -> Bool { (left.year, left.month) <= (right.year, right.month) }

    init(year: Int, month: Int) {
        self.year = year
        self.month = month
    }

    var next: RunMonth { month == 12 ? RunMonth(year: year + 1, month: 1) : RunMonth(year: year, month: month + 1) }

    /// What partitions of the month end in, such as `202611`.
    var suffix: String { "\(year)\(month < 10 ? "0" : "")\(month)" }

    /// The least id of the month, or a prefix below it.
    var lowerBound: String {
        let milliseconds = Self.days(year: year, month: month) * 86_400_000
        let digits = String(milliseconds, radix: 16)
        let padded = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        return padded.prefix(8) + "-" + padded.suffix(4)
    }

    /// Days from 1970 to a month's first: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
    private static func days(year: Int, month: Int) -> Int64 {
        let year = Int64(month <= 2 ? year - 1 : year)
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * Int64(month > 2 ? month - 3 : month + 9) + 2) / 5
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(daysSinceEpoch: Int64) -> (year: Int, month: Int) {
        let days = daysSinceEpoch + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = Int(shifted < 10 ? shifted + 3 : shifted - 9)
        return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month)
    }
}

/// Months whose partitions are known to be there.
final class PartitionMemory: Sendable {
    private let known = Mutex(Set<RunMonth>())

    func missing(_ months: Set<RunMonth>) -> Set<RunMonth> { known.withLock { months.subtracting($0) } }
    func remember(_ month: RunMonth) { _ = known.withLock { $0.insert(month) } }
}

extension PostgreSQLEngine {
    func makeRoom(forRuns ids: [String]) async throws {
        let last = RunMonth(at: Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))).next
        let months = Set(ids.compactMap(RunMonth.init(of:))).filter { $0 <= last }
        for month in partitions.missing(months) {
            try await transact(.idempotent) { transaction in
                try transaction.execute("SELECT pg_advisory_xact_lock(hashtext('edgeprof_partition'))")
                let tables = try transaction.rows(
                    """
                    SELECT relname AS name FROM pg_class
                    WHERE relkind = 'p' AND NOT relispartition AND relnamespace = CAST(current_schema() AS regnamespace)
                    """
                )
                for table in try tables.map({ try $0.text("name") }) {
                    try Self.makePartition(of: table, month, in: transaction)
                }
            }
            partitions.remember(month)
        }
    }

    /// Names come from the catalogue and bounds from arithmetic, so the statements hold nothing a client sent.
    private static func makePartition(of table: String, _ month: RunMonth, in transaction: any SQLTransaction) throws {
        let (name, other) = ("\(table)_\(month.suffix)", "\(table)_other")
        let existing = try transaction.row("SELECT to_regclass($1) IS NOT NULL AS known", [SQLValue(name)])
        guard try existing?.flag("known") != true else { return }
        let (lower, upper) = (month.lowerBound, month.next.lowerBound)
        // Built beside the table and attached, which does not keep others from reading and writing.
        try transaction.execute("CREATE TABLE \(name) (LIKE \(table) INCLUDING ALL)")
        // What came when the month was still far off.
        let columns = try transaction.rows(
            """
            SELECT attname AS name FROM pg_attribute
            WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            """,
            [SQLValue(table)]
        )
        .map { try $0.text("name") }.joined(separator: ", ")
        try transaction.execute(
            """
            WITH moved AS (DELETE FROM \(other) WHERE id >= '\(lower)' AND id < '\(upper)' RETURNING \(columns))
            INSERT INTO \(name) (\(columns)) SELECT \(columns) FROM moved
            """
        )
        try transaction.execute(
            "ALTER TABLE \(table) ATTACH PARTITION \(name) FOR VALUES FROM ('\(lower)') TO ('\(upper)')"
        )
    }
}
