/// Which buffer holds each value when outputs may take the place of inputs that nothing needs any more.
///
/// A buffer is named by the value that first fills it. A view (see `OperatorPass`) has the buffers of all its inputs.
struct StorageReuse {
    /// Per buffer, what it holds and when it is needed; same steps as `Liveness`.
    struct Buffer: Hashable {
        var elementCount: Int
        var definition: Int
        var lastUse: Int
    }

    private(set) var buffers: [Buffer] = []
    private var buffersOfValue: [[Int]]

    /// Assigns buffers; constants lie with the weights and have none.
    ///
    /// `inPlace` lets an element-wise operator overwrite an input of the output's size that nobody reads later.
    init(_ graph: NetworkGraph, passes: [OperatorPass], inPlace: Bool) {
        let intervals = Liveness(of: graph).intervals
        buffersOfValue = [[Int]](repeating: [], count: graph.values.count)
        for input in graph.inputs { addBuffer(for: input, graph, intervals) }
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs {
                if passes[index] == .own, !(inPlace && node.operation.isElementwise) {
                    addBuffer(for: output, graph, intervals)
                } else if passes[index] != .own {
                    share(node.inputs, with: output, intervals)
                } else if let victim = overwritable(node.inputs, at: index, size: graph.shape(of: output).elementCount)
                {
                    share([victim], with: output, intervals)
                } else {
                    addBuffer(for: output, graph, intervals)
                }
            }
        }
    }

    /// The most elements that must exist at once: while a node runs, its inputs and outputs and all that later nodes
    /// read.
    func peakElementCount(stepCount: Int) -> Int {
        var changes = [Int](repeating: 0, count: stepCount + 2)
        for buffer in buffers {
            changes[max(buffer.definition, 0)] += buffer.elementCount
            changes[buffer.lastUse + 1] -= buffer.elementCount
        }
        var live = 0
        var peak = 0
        for change in changes {
            live += change
            peak = max(peak, live)
        }
        return peak
    }

    private mutating func addBuffer(for value: ValueID, _ graph: NetworkGraph, _ intervals: [Liveness.Interval]) {
        let interval = intervals[value.index]
        buffersOfValue[value.index] = [buffers.count]
        buffers.append(
            Buffer(
                elementCount: graph.shape(of: value).elementCount,
                definition: interval.definition,
                lastUse: interval.lastUse
            )
        )
    }

    private mutating func share(_ inputs: [ValueID], with output: ValueID, _ intervals: [Liveness.Interval]) {
        var shared: Set<Int> = []
        for input in inputs { shared.formUnion(buffersOfValue[input.index]) }
        buffersOfValue[output.index] = shared.sorted()
        for buffer in shared {
            buffers[buffer].lastUse = max(buffers[buffer].lastUse, intervals[output.index].lastUse)
        }
    }

    /// The first input that has a buffer of its own, of the output's size, needed no longer than this step.
    private func overwritable(_ inputs: [ValueID], at step: Int, size: Int) -> ValueID? {
        inputs.first { input in
            let owned = buffersOfValue[input.index]
            return owned.count == 1 && buffers[owned[0]].lastUse == step && buffers[owned[0]].elementCount == size
        }
    }
}

extension Operation {
    /// Whether each output element depends only on the input elements at the same place.
    fileprivate var isElementwise: Bool {
        switch self {
        case .activation, .function, .add, .subtract, .multiply, .batchNormalization: true
        default: false
        }
    }
}
