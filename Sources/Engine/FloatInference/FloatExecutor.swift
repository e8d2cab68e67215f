public import NetworkGraph

/// Runs a float network in single precision: for calibration, accuracy and reference results, not for timing.
///
/// Values are in logical order (NCHW). Weights are read once and kept packed for the products: 4 bytes a weight, rounded
/// up to 6 outputs a group, so a network of 25 million parameters takes 100 MB beside its source. Values are given back
/// after their last use. Several runs may go on at once. The result does not depend on the number of threads.
public final class FloatExecutor: Sendable {
    /// The network.
    public let graph: NetworkGraph
    private let threads: Int
    private let nodes: [PreparedNode]
    private let liveness: Liveness

    /// Prepares a network.
    ///
    /// - Parameters:
    ///   - graph: The network.
    ///   - threads: Threads of a run, at least 1.
    /// - Throws: `FloatInferenceError` when the graph is not well formed or its weights do not fit in memory.
    public init(graph: NetworkGraph, threads: Int) throws(FloatInferenceError) {
        do throws(GraphError) {
            try graph.validate()
        } catch {
            throw FloatInferenceError(.invalidGraph, "\(error)")
        }
        self.graph = graph
        self.threads = max(threads, 1)
        liveness = Liveness(of: graph)
        let workers = Workers(threads: self.threads)
        var nodes: [PreparedNode] = []
        for node in graph.nodes { nodes.append(try PreparedNode(node, in: graph, workers: workers)) }
        self.nodes = nodes
    }

    /// Runs the network on one input.
    ///
    /// - Parameters:
    ///   - inputs: One array per graph input, elements in logical order.
    ///   - observe: Sees the elements of each value, the inputs' too, as soon as they are written.
    /// - Returns: One array per graph output.
    /// - Throws: `FloatInferenceError` for a wrong number of inputs or elements, or when memory runs out.
    public func run(
        _ inputs: [[Float]],
        observe: ((ValueID, UnsafeBufferPointer<Float>) -> Void)? = nil
    ) throws(FloatInferenceError) -> [[Float]] {
        try run(samples: [inputs]) { value, elements in observe?(value, UnsafeBufferPointer(elements[0])) }[0]
    }

    /// Runs the network on several samples side by side, node by node.
    ///
    /// All samples' elements of a value exist at once, so that statistics over samples can act on what follows.
    ///
    /// - Parameters:
    ///   - samples: Per sample, one array per graph input, elements in logical order.
    ///   - visit: Sees, and may change, the elements of each value of each sample as soon as they are written and
    ///     before anything reads them. A reshaped or flattened value is the same memory as its input.
    /// - Returns: Per sample, one array per graph output.
    /// - Throws: `FloatInferenceError` for a wrong number of inputs or elements, or when memory runs out.
    public func run(
        samples: [[[Float]]],
        visit: (ValueID, [UnsafeMutableBufferPointer<Float>]) -> Void = { _, _ in }
    ) throws(FloatInferenceError) -> [[[Float]]] {
        for sample in samples { try check(sample) }
        let workers = Workers(threads: threads)
        // Per value, per sample.
        var values = [[FloatBuffer]](repeating: [], count: graph.values.count)
        for (position, value) in graph.inputs.enumerated() {
            for sample in samples {
                let buffer = try FloatBuffer(count: sample[position].count)
                _ = buffer.elements.initialize(from: sample[position])
                values[value.index].append(buffer)
            }
            visit(value, values[value.index].map(\.elements))
        }
        for (index, node) in graph.nodes.enumerated() {
            switch nodes[index] {
            case .alias: values[node.outputs[0].index] = values[node.inputs[0].index]
            case .step(let step):
                for output in node.outputs {
                    let count = graph.shape(of: output).elementCount
                    for _ in samples { values[output.index].append(try FloatBuffer(count: count)) }
                }
                run(step, node, values, workers)
            }
            for output in node.outputs { visit(output, values[output.index].map(\.elements)) }
            for value in node.inputs + node.outputs where liveness.intervals[value.index].lastUse <= index {
                values[value.index] = []
            }
        }
        return samples.indices.map { sample in
            graph.outputs.map { Array(values[$0.index][sample].elements) }
        }
    }

    /// Most elements alive at once while one sample runs, in floats.
    public var peakElementCount: Int {
        let last = graph.nodes.count
        var change = [Int](repeating: 0, count: last + 3)
        for (value, interval) in zip(graph.values, liveness.intervals) {
            change[interval.definition + 1] += value.shape.elementCount
            change[interval.lastUse + 2] -= value.shape.elementCount
        }
        var (alive, peak) = (0, 0)
        for step in change {
            alive += step
            peak = max(peak, alive)
        }
        return peak
    }

    private func run(_ step: any FloatStep, _ node: Node, _ values: [[FloatBuffer]], _ workers: Workers) {
        let sampleCount = values[node.outputs[0].index].count
        let inputs = node.inputs.map { values[$0.index] }
        let outputs = node.outputs.map { values[$0.index] }
        let tasks = step.taskCount
        workers.run(sampleCount * tasks, isLarge: step.work * sampleCount > 1 << 18) { number, scratch in
            let sample = number / tasks
            step.run(
                task: number % tasks,
                inputs: inputs.map { $0[sample].base },
                outputs: outputs.map { $0[sample].base },
                scratch: scratch
            )
        }
    }

    private func check(_ inputs: [[Float]]) throws(FloatInferenceError) {
        guard inputs.count == graph.inputs.count else {
            throw FloatInferenceError(
                .wrongInput,
                "\(graph.name): \(inputs.count) inputs are given; the network takes \(graph.inputs.count)"
            )
        }
        for (elements, value) in zip(inputs, graph.inputs) where elements.count != graph.shape(of: value).elementCount {
            throw FloatInferenceError(
                .wrongInput,
                "\(graph.name): input \(String(reflecting: graph[value].name)) is \(graph.shape(of: value)), "
                    + "\(graph.shape(of: value).elementCount) numbers; \(elements.count) are given"
            )
        }
    }
}
