extension Migration {
    /// `window_from` and `window_to` are minutes of the day; `deadline` is that of the request or a schedule's next round, whichever
    /// comes first; `next_at` is set while the job is the first of a schedule that goes on.
    static let jobs = Migration(
        name: "0005 jobs with priority, window, deadline and schedule",
        sqlite: """
            ALTER TABLE agent ADD COLUMN utc_offset_seconds INTEGER;
            ALTER TABLE job ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE job ADD COLUMN window_from INTEGER;
            ALTER TABLE job ADD COLUMN window_to INTEGER;
            ALTER TABLE job ADD COLUMN deadline INTEGER;
            ALTER TABLE job ADD COLUMN expired_at INTEGER;
            ALTER TABLE job ADD COLUMN cancelled_at INTEGER;
            ALTER TABLE job ADD COLUMN schedule_id TEXT;
            ALTER TABLE job ADD COLUMN next_at INTEGER;
            CREATE INDEX job_deadline ON job (deadline) WHERE deadline IS NOT NULL AND expired_at IS NULL;
            CREATE INDEX job_next ON job (next_at) WHERE next_at IS NOT NULL;
            CREATE INDEX job_schedule ON job (schedule_id) WHERE schedule_id IS NOT NULL;
            """,
        postgresql: """
            ALTER TABLE agent ADD COLUMN utc_offset_seconds BIGINT;
            ALTER TABLE job ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
            ALTER TABLE job ADD COLUMN window_from BIGINT;
            ALTER TABLE job ADD COLUMN window_to BIGINT;
            ALTER TABLE job ADD COLUMN deadline BIGINT;
            ALTER TABLE job ADD COLUMN expired_at BIGINT;
            ALTER TABLE job ADD COLUMN cancelled_at BIGINT;
            ALTER TABLE job ADD COLUMN schedule_id TEXT COLLATE "C";
            ALTER TABLE job ADD COLUMN next_at BIGINT;
            CREATE INDEX job_deadline ON job (deadline) WHERE deadline IS NOT NULL AND expired_at IS NULL;
            CREATE INDEX job_next ON job (next_at) WHERE next_at IS NOT NULL;
            CREATE INDEX job_schedule ON job (schedule_id) WHERE schedule_id IS NOT NULL;
            """
    )
}
