extension Migration {
    static let rejectedAssignments = Migration(
        name: "0003 assignments whose run was rejected",
        sqlite: """
            ALTER TABLE assignment ADD COLUMN rejected_reason TEXT;
            DROP INDEX assignment_unfinished;
            CREATE INDEX assignment_open ON assignment (agent_id, position)
                WHERE run_id IS NULL AND rejected_reason IS NULL;
            """,
        postgresql: """
            ALTER TABLE assignment ADD COLUMN rejected_reason TEXT;
            DROP INDEX assignment_unfinished;
            CREATE INDEX assignment_open ON assignment (agent_id, position)
                WHERE run_id IS NULL AND rejected_reason IS NULL;
            """
    )
}
