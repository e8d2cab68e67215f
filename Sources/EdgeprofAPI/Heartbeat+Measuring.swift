extension Heartbeat {
    /// A measurement about to begin, during which the agent keeps off the network.
    public struct Measuring: Codable, Sendable, Hashable {
        /// Zoo name of the model.
        public var model: String
        /// Seconds after which the agent expects to be heard of again; a guess, not a promise.
        public var expectedSeconds: Double

        /// Makes a note.
        public init(model: String, expectedSeconds: Double) {
            self.model = model
            self.expectedSeconds = expectedSeconds
        }
    }
}

extension AgentRecord {
    /// Whether the agent is as good as lost: not heard of for longer than its heartbeats and its measurement explain.
    ///
    /// - Parameters:
    ///   - now: the time, by the collector's clock.
    ///   - graceSeconds: how long an agent may be silent that measures nothing; the default is three missed heartbeats.
    /// - Returns: whether it is; an agent never heard of is.
    public func isSilent(at now: Timestamp, graceSeconds: Double = 95) -> Bool {
        guard let lastSeenAt else { return true }
        let silence = Double(now.millisecondsSinceEpoch - lastSeenAt.millisecondsSinceEpoch) / 1000
        return silence > graceSeconds + max(0, heartbeat?.measuring?.expectedSeconds ?? 0)
    }
}
