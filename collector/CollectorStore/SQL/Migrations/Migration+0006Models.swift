extension Migration {
    /// An upload's row goes when its model is stored: the chunks are the model's then.
    static let models = Migration(
        name: "0006 models",
        sqlite: """
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
            """,
        postgresql: """
            CREATE TABLE model_upload (
                id TEXT NOT NULL PRIMARY KEY,
                touched_at BIGINT NOT NULL
            );

            CREATE TABLE stored_model (
                sha256 TEXT NOT NULL PRIMARY KEY CHECK (length(sha256) = 64),
                name TEXT NOT NULL,
                bytes BIGINT NOT NULL CHECK (bytes > 0),
                pushed_at BIGINT NOT NULL,
                upload_id TEXT NOT NULL UNIQUE
            );

            CREATE TABLE model_chunk (
                upload_id TEXT NOT NULL,
                number BIGINT NOT NULL,
                bytes BYTEA NOT NULL,
                PRIMARY KEY (upload_id, number)
            );
            """
    )
}
