/// An assignment whose run came and cannot be stored.
public struct RejectedAssignment: Sendable, Hashable {
    /// The assignment.
    public var assignmentId: String
    /// What is wrong with its run.
    public var reason: String

    /// Makes a note.
    public init(assignmentId: String, reason: String) {
        self.assignmentId = assignmentId
        self.reason = reason
    }
}
