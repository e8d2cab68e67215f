import NetworkGraph

/// Adds operators to a zoo network: generates their parameters and predicts what comes out.
struct NetworkBuilder {
    var graph: GraphBuilder
    /// One entry a value of the graph.
    var moments: [ActivationMoments] = []
    /// What names of nodes begin with, for example `backbone.`.
    var prefix = ""
    private var sources: CounterHash
    private var tensorCount = 0

    init(name: String, seed: UInt64) {
        graph = GraphBuilder(name: name)
        sources = CounterHash(key: seed)
    }

    mutating func input(_ name: String, _ shape: TensorShape) throws(GraphError) -> ValueID {
        let id = try graph.addInput(name, shape: shape)
        moments.append(.normalizedImage(channels: 3))
        return id
    }

    func finish(outputs: [ValueID]) throws(GraphError) -> ZooNetwork {
        ZooNetwork(
            graph: try graph.build(outputs: outputs),
            activationRanges: moments.map { Float($0.range.lowerBound)...Float($0.range.upperBound) }
        )
    }

    /// The random source of the next tensor.
    mutating func nextSource() -> CounterHash {
        tensorCount += 1
        return sources.child(tensorCount)
    }

    mutating func add(
        _ operation: Operation,
        _ name: String,
        _ inputs: ValueID...,
        moments predicted: ActivationMoments
    ) throws(GraphError) -> ValueID {
        let output = try graph.add(operation, name: prefix + name, inputs: inputs)
        moments.append(predicted)
        return output
    }

    func channels(of value: ValueID) -> Int { graph.shape(of: value).channels }

    // MARK: Operators without parameters

    mutating func relu(_ name: String, _ input: ValueID) throws(GraphError) -> ValueID {
        try activation(.relu, name, input)
    }

    mutating func activation(_ activation: Activation, _ name: String, _ input: ValueID) throws(GraphError) -> ValueID {
        try add(.activation(activation), name, input, moments: moments[input.index].activated(by: activation))
    }

    mutating func maxPool(_ name: String, _ input: ValueID, _ window: Window) throws(GraphError) -> ValueID {
        try add(.maxPool(window), name, input, moments: moments[input.index].maximum(over: window.elementCount))
    }

    mutating func averagePool(_ name: String, _ input: ValueID, _ window: Window) throws(GraphError) -> ValueID {
        let predicted = moments[input.index].averaged(over: window.elementCount)
        return try add(.averagePool(window, countIncludesPadding: true), name, input, moments: predicted)
    }

    mutating func globalAveragePool(_ name: String, _ input: ValueID) throws(GraphError) -> ValueID {
        let shape = graph.shape(of: input)
        let predicted = moments[input.index].averaged(over: shape.height * shape.width)
        return try add(.globalAveragePool, name, input, moments: predicted)
    }

    mutating func sum(_ name: String, _ left: ValueID, _ right: ValueID) throws(GraphError) -> ValueID {
        try add(.add, name, left, right, moments: moments[left.index] + moments[right.index])
    }

    /// The end of a residual block: the sum, then ReLU.
    mutating func rectifiedSum(
        _ name: String,
        activation: String,
        branch: ValueID,
        shortcut: ValueID
    ) throws(GraphError) -> ValueID {
        let predicted = ActivationMoments.rectifiedSum(
            shortcut: moments[shortcut.index],
            branch: moments[branch.index]
        )
        return try add(.activation(.relu), activation, sum(name, branch, shortcut), moments: predicted)
    }

    mutating func concatenation(_ name: String, _ inputs: [ValueID]) throws(GraphError) -> ValueID {
        let output = try graph.add(.concatenate, name: prefix + name, inputs: inputs)
        moments.append(.joined(inputs.map { moments[$0.index] }))
        return output
    }

    /// Cuts the channels into two halves.
    mutating func halves(_ name: String, _ input: ValueID) throws(GraphError) -> (ValueID, ValueID) {
        let half = channels(of: input) / 2
        let parts = try graph.add(
            .split(sizes: [half, half]),
            name: prefix + name,
            inputs: [input],
            outputNames: [prefix + name + ".0", prefix + name + ".1"]
        )
        let whole = moments[input.index]
        moments += [whole.part(0..<half), whole.part(half..<(2 * half))]
        return (parts[0], parts[1])
    }

    mutating func channelShuffle(_ name: String, _ input: ValueID, groups: Int) throws(GraphError) -> ValueID {
        try add(.channelShuffle(groups: groups), name, input, moments: moments[input.index].shuffled(groups: groups))
    }

    mutating func flatten(_ name: String, _ input: ValueID) throws(GraphError) -> ValueID {
        let shape = graph.shape(of: input)
        var predicted = moments[input.index]
        predicted.channels = predicted.channels.flatMap { Array(repeating: $0, count: shape.height * shape.width) }
        return try add(.flatten, name, input, moments: predicted)
    }
}
