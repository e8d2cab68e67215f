/// When each value of a sequence of steps is first written and last read.
public struct Liveness: Hashable, Sendable {
    /// The steps between which a value must be kept.
    public struct Interval: Hashable, Sendable {
        /// Step that writes the value, −1 for one given by the caller.
        public var definition: Int
        /// Last step that reads it: the number of steps for a graph output, `definition` when nothing reads it.
        public var lastUse: Int
    }

    /// What one step reads and writes.
    public struct Step: Hashable, Sendable {
        /// Values read.
        public var reads: [ValueID]
        /// Values written.
        public var writes: [ValueID]

        /// Makes a step.
        public init(reads: [ValueID], writes: [ValueID]) {
            self.reads = reads
            self.writes = writes
        }
    }

    /// One interval a value, in the order of the graph's `values`.
    public let intervals: [Interval]

    /// Analyses any valid sequence of steps; traps on identifiers out of range.
    ///
    /// - Parameters:
    ///   - valueCount: Number of values.
    ///   - steps: What runs, in order.
    ///   - outputs: Values that outlive the last step.
    public init(valueCount: Int, steps: [Step], outputs: [ValueID]) {
        var intervals = [Interval](repeating: Interval(definition: -1, lastUse: -1), count: valueCount)
        for (index, step) in steps.enumerated() {
            for value in step.reads { intervals[value.index].lastUse = index }
            for value in step.writes { intervals[value.index] = Interval(definition: index, lastUse: index) }
        }
        for value in outputs { intervals[value.index].lastUse = steps.count }
        self.intervals = intervals
    }

    /// Analyses a valid graph; step numbers are node numbers.
    public init(of graph: NetworkGraph) {
        self.init(
            valueCount: graph.values.count,
            steps: graph.nodes.map { Step(reads: $0.inputs, writes: $0.outputs) },
            outputs: graph.outputs
        )
    }
}
