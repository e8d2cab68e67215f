extension Run {
    /// What went before the timed queries.
    public struct WarmUp: Codable, Sendable, Hashable {
        /// Time from the first query to the timed ones.
        public var seconds: Double
        /// Queries answered in it, all instances.
        public var queries: UInt64
        /// Whether every instance's latency had become steady.
        public var isSettled: Bool
        /// Whether the timed queries are the thermally steady tail; nil where nobody asked to wait for it.
        public var tail: Tail?

        /// What was found when the thermally steady tail was waited for.
        public enum Tail: String, Codable, Sendable, CaseIterable {
            /// Clock and temperature had become steady, as far as the box shows them.
            case steady
            /// The box shows neither; latency had been steady as long as they would have had to be.
            case steadyLatency = "steady-latency"
            /// Time was up before anything was steady.
            case unsteady
        }

        /// Makes a record of a warm-up.
        public init(seconds: Double, queries: UInt64, isSettled: Bool, tail: Tail? = nil) {
            self.seconds = seconds
            self.queries = queries
            self.isSettled = isSettled
            self.tail = tail
        }
    }
}
