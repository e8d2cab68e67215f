import GRDB

/// The tables as GRDB makes them.
enum Schema {
    /// Marks the file as ours (`PRAGMA application_id`): "EPRF" in ASCII.
    static let applicationID: Int32 = 0x4550_5246

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in Migration.all {
            migrator.registerMigration(migration.name) { database in
                try database.execute(sql: migration.sqlite)
                try migration.finish(SQLiteTransaction(database: database))
            }
        }
        migrator.registerMigration("0006 models") { database in
            try database.execute(sql: models)
        }
        return migrator
    }

    /// An upload's row goes when its model is stored: the chunks are the model's then.
    private static let models = """
        CREATE TABLE model_upload (
            id TEXT NOT NULL PRIMARY KEY,
            touched_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE stored_model (
            sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
            name TEXT NOT NULL,
            bytes INTEGER NOT NULL CHECK (bytes > 0),
            pushed_at INTEGER NOT NULL,
            upload_id TEXT NOT NULL UNIQUE
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE model_chunk (
            upload_id TEXT NOT NULL,
            number INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (upload_id, number)
        ) STRICT;
        """

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
