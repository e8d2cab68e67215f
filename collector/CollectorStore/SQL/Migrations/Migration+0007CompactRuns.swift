import EdgeprofAPI
import Foundation

extension Migration {
    /// A run's document becomes its compact form, version 1 (docs/formats/stored-run.md), and rollups come beside the runs.
    ///
    /// The column keeps its name: the first byte tells the form from JSON, which begins with a brace.
    static let compactRuns = Migration(
        name: "0007 compact runs, rollups",
        sqlite: """
            CREATE TABLE run_part (
                key BLOB NOT NULL PRIMARY KEY CHECK (length(key) = 16),
                bytes BLOB NOT NULL
            ) STRICT;

            CREATE TABLE rollup (
                id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                revision INTEGER NOT NULL,
                key BLOB NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX rollup_revision ON rollup (id, revision);

            DROP INDEX run_job;
            CREATE INDEX run_job ON run (job_id, started_at, id) WHERE job_id IS NOT NULL;
            """,
        postgresql: """
            CREATE TABLE run_part (
                key BYTEA NOT NULL PRIMARY KEY CHECK (length(key) = 16),
                bytes BYTEA NOT NULL
            );

            CREATE TABLE rollup (
                id BYTEA NOT NULL PRIMARY KEY CHECK (length(id) = 16),
                revision BIGINT NOT NULL,
                key BYTEA NOT NULL,
                body BYTEA NOT NULL
            );
            CREATE INDEX rollup_revision ON rollup (id, revision);
            ALTER TABLE run ALTER COLUMN document SET STORAGE EXTERNAL;

            DROP INDEX run_job;
            CREATE INDEX run_job ON run (job_id, started_at, id) WHERE job_id IS NOT NULL;
            """,
        finish: { transaction in
            var rollups: [[UInt8]: [UInt8]] = [:]
            var keys: [[UInt8]: [UInt8]] = [:]
            var last = ""
            while true {
                let rows = try transaction.rows(
                    "SELECT id, document FROM run WHERE id > $1 ORDER BY id LIMIT 200",
                    [SQLValue(last)]
                )
                guard let end = rows.last else { break }
                last = try end.text("id")
                for row in rows { try compact(row, &rollups, &keys, in: transaction) }
            }
            for (id, body) in rollups {
                try transaction.execute(
                    "INSERT INTO rollup (id, revision, key, body) VALUES ($1, 1, $2, $3)",
                    [SQLValue(id), SQLValue(keys[id] ?? []), SQLValue(body)]
                )
            }
        }
    )

    private static func compact(
        _ row: SQLRow,
        _ rollups: inout [[UInt8]: [UInt8]],
        _ keys: inout [[UInt8]: [UInt8]],
        in transaction: any SQLTransaction
    ) throws {
        let run = try JSONDecoder().decode(Run.self, from: Data(row.blob("document")))
        let stored = RunCodec.encode(run)
        for part in stored.parts {
            try transaction.execute(
                "INSERT INTO run_part (key, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [SQLValue(part.key), SQLValue(part.bytes)]
            )
        }
        try transaction.execute(
            "UPDATE run SET document = $1 WHERE id = $2",
            [SQLValue(stored.body), SQLValue(run.id)]
        )
        var rollup = Rollup(run)
        let key = RollupCodec.encode(rollup.key)
        let id = RollupCodec.id(ofKey: key)
        if let known = rollups[id] { rollup.merge(try RollupCodec.decode(key: key, body: known)) }
        rollups[id] = RollupCodec.encode(rollup)
        keys[id] = key
    }
}
