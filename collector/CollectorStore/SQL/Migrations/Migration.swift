/// A step from one version of the tables to the next.
///
/// The list only ever grows. A released step is never edited, and none mentions a type of the application: a step must do
/// tomorrow what it did when it was written. Times are milliseconds since 1970, UTC. What is filtered or joined on is a
/// column; the rest of a document stays JSON.
struct Migration: Sendable {
    /// Number and title, such as `0005 jobs`; the same in both dialects, and what the database remembers.
    let name: String
    /// Statements for SQLite.
    let sqlite: String
    /// Statements for PostgreSQL.
    let postgresql: String
    /// What statements alone cannot do, after them.
    var finish: @Sendable (any SQLTransaction) throws -> Void = { _ in }

    /// All steps, in order.
    static let all: [Migration] = [
        .firstTables,
        .accuracies,
        .rejectedAssignments,
        .agentKeys,
        .jobs,
        .models,
        .compactRuns,
        .auditLog,
        .runQueries,
        .coveringIndexes,
    ]
}
