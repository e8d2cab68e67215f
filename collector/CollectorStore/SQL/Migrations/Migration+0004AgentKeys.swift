extension Migration {
    /// Agents of before have no key and so no way to a short-lived token: they must enrol again.
    static let agentKeys = Migration(
        name: "0004 keys of agents",
        sqlite: """
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
            """,
        postgresql: """
            ALTER TABLE agent ADD COLUMN public_key BYTEA CHECK (public_key IS NULL OR length(public_key) = 32);
            ALTER TABLE agent ADD COLUMN status TEXT NOT NULL DEFAULT 'active'
                CHECK (status IN ('active', 'pending', 'revoked'));
            ALTER TABLE token ADD COLUMN auto_accept BIGINT NOT NULL DEFAULT 1 CHECK (auto_accept IN (0, 1));
            DELETE FROM token WHERE role = 'agent';
            UPDATE agent SET status = 'revoked';

            CREATE TABLE challenge_secret (
                id BIGINT PRIMARY KEY CHECK (id = 1),
                value BYTEA NOT NULL CHECK (length(value) = 32)
            );

            CREATE TABLE used_challenge (
                nonce BYTEA NOT NULL PRIMARY KEY,
                expires_at BIGINT NOT NULL
            );
            CREATE INDEX used_challenge_expiry ON used_challenge (expires_at);
            CREATE INDEX token_expiry ON token (expires_at) WHERE role = 'agent';
            """,
        finish: { transaction in
            var generator = SystemRandomNumberGenerator()
            let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
            try transaction.execute("INSERT INTO challenge_secret (id, value) VALUES (1, $1)", [SQLValue(secret)])
        }
    )
}
