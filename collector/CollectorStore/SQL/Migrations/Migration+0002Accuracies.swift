extension Migration {
    static let accuracies = Migration(
        name: "0002 accuracies of models",
        sqlite: """
            CREATE TABLE model_accuracy (
                sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
                precision TEXT NOT NULL CHECK (precision IN ('int8', 'float')),
                received_at INTEGER NOT NULL,
                document TEXT NOT NULL,
                PRIMARY KEY (sha256, precision)
            ) STRICT, WITHOUT ROWID;
            """,
        postgresql: """
            CREATE TABLE model_accuracy (
                sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
                precision TEXT COLLATE "C" NOT NULL CHECK (precision IN ('int8', 'float')),
                received_at BIGINT NOT NULL,
                document TEXT NOT NULL,
                PRIMARY KEY (sha256, precision)
            );
            """
    )
}
