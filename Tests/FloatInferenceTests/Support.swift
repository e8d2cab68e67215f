import NetworkGraph

/// Numbers from a seed, the same in every run.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
    }

    mutating func floats(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }

    mutating func parameter(_ dimensions: Int...) -> Parameter {
        let shape = TensorShape(dimensions)
        return Parameter(shape: shape, elements: floats(shape.elementCount))
    }
}

/// A graph of one operator.
func graph(of operation: Operation, over shapes: [TensorShape], outputs: Int = 1) throws -> NetworkGraph {
    var builder = GraphBuilder(name: "one")
    var inputs: [ValueID] = []
    for (index, shape) in shapes.enumerated() { inputs.append(try builder.addInput("x\(index)", shape: shape)) }
    let results = try builder.add(
        operation,
        name: "node",
        inputs: inputs,
        outputNames: (0..<outputs).map { "y\($0)" }
    )
    return try builder.build(outputs: results)
}
