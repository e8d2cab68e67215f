import Foundation
import GRDB

/// The tables, as a list of steps that only ever grows.
///
/// A released step is never edited, and none mentions a Swift type of the application: a step must do tomorrow what it
/// did when it was written. Times are milliseconds since 1970, UTC. What is filtered or joined on is a column; the rest
/// of a document stays JSON.
enum Schema {
    /// Marks the file as ours (`PRAGMA application_id`): "EPRF" in ASCII.
    static let applicationID: Int32 = 0x4550_5246

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 tokens, agents, jobs, runs, tiers") { database in
            try database.execute(sql: firstTables)
        }
        migrator.registerMigration("0002 accuracies of models") { database in
            try database.execute(sql: accuracyTable)
        }
        migrator.registerMigration("0003 assignments whose run was rejected") { database in
            try database.execute(sql: rejectedAssignments)
        }
        migrator.registerMigration("0004 keys of agents") { database in
            try database.execute(sql: agentKeys)
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try database.execute(
                sql: "INSERT INTO challenge_secret (id, value) VALUES (1, ?)",
                arguments: [Data(secret)]
            )
        }
        return migrator
    }

    private static let rejectedAssignments = """
        ALTER TABLE assignment ADD COLUMN rejected_reason TEXT;
        DROP INDEX assignment_unfinished;
        CREATE INDEX assignment_open ON assignment (agent_id, position)
            WHERE run_id IS NULL AND rejected_reason IS NULL;
        """

    /// Agents of before have no key and so no way to a short-lived token: they must enrol again.
    private static let agentKeys = """
        ALTER TABLE agent ADD COLUMN public_key BLOB CHECK (public_key IS NULL OR length(public_key) = 32);
        ALTER TABLE agent ADD COLUMN status TEXT NOT NULL DEFAULT 'active'
            CHECK (status IN ('active', 'pending', 'revoked'));
        ALTER TABLE token ADD COLUMN auto_accept INTEGER NOT NULL DEFAULT 1 CHECK (auto_accept IN (0, 1));
        DELETE FROM token WHERE role = 'agent';
        UPDATE agent SET status = 'revoked';

        CREATE TABLE challenge_secret (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value BLOB NOT NULL CHECK (length(value) = 32)
        ) STRICT;

        CREATE TABLE used_challenge (
            nonce BLOB NOT NULL PRIMARY KEY,
            expires_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX used_challenge_expiry ON used_challenge (expires_at);
        CREATE INDEX token_expiry ON token (expires_at) WHERE role = 'agent';
        """

    private static let accuracyTable = """
        CREATE TABLE model_accuracy (
            sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
            precision TEXT NOT NULL CHECK (precision IN ('int8', 'float')),
            received_at INTEGER NOT NULL,
            document TEXT NOT NULL,
            PRIMARY KEY (sha256, precision)
        ) STRICT, WITHOUT ROWID;
        """

    private static let firstTables = """
        CREATE TABLE agent (
            id TEXT NOT NULL PRIMARY KEY,
            name TEXT NOT NULL,
            labels TEXT NOT NULL,
            host TEXT NOT NULL,
            enrolled_at INTEGER NOT NULL,
            last_seen_at INTEGER,
            heartbeat TEXT
        ) STRICT;

        CREATE TABLE token (
            id TEXT NOT NULL PRIMARY KEY,
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            role TEXT NOT NULL CHECK (role IN ('enrollment', 'agent', 'viewer', 'admin')),
            agent_id TEXT REFERENCES agent (id),
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            uses_left INTEGER CHECK (uses_left >= 0),
            CHECK ((role = 'agent') = (agent_id IS NOT NULL))
        ) STRICT;
        CREATE INDEX token_agent ON token (agent_id) WHERE agent_id IS NOT NULL;

        -- position, here and below: the order of making, which is the order of running.
        CREATE TABLE job (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            request TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE run (
            id TEXT NOT NULL PRIMARY KEY,
            agent_id TEXT REFERENCES agent (id),
            job_id TEXT REFERENCES job (id),
            assignment_id TEXT REFERENCES assignment (id),
            model TEXT NOT NULL,
            outcome TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            document BLOB NOT NULL
        ) STRICT;
        CREATE INDEX run_newest ON run (started_at, id);
        CREATE INDEX run_model ON run (model, started_at, id);
        CREATE INDEX run_agent ON run (agent_id, started_at, id);
        CREATE INDEX run_job ON run (job_id, started_at, id);

        CREATE TABLE assignment (
            position INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            job_id TEXT NOT NULL REFERENCES job (id),
            agent_id TEXT NOT NULL REFERENCES agent (id),
            model TEXT NOT NULL,
            run_id TEXT REFERENCES run (id)
        ) STRICT;
        CREATE INDEX assignment_job ON assignment (job_id);
        CREATE INDEX assignment_unfinished ON assignment (agent_id, position) WHERE run_id IS NULL;

        CREATE TABLE tier_list (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            document TEXT NOT NULL
        ) STRICT;

        CREATE TABLE data_version (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            value INTEGER NOT NULL
        ) STRICT;
        INSERT INTO data_version (id, value) VALUES (1, 0);
        """
}
