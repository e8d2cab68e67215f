import NetworkGraph
import Testing

@Suite struct GraphBuilderTests {
    /// input -> conv -> relu, and the builder to go on with.
    private func started() throws -> (builder: GraphBuilder, input: ValueID, output: ValueID) {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("image", shape: image(3, 8, 8))
        let conv = try builder.add(convolution(3, 4, Window(kernel: 3)), name: "conv", inputs: [input])
        let relu = try builder.add(.activation(.relu), name: "relu", inputs: [conv], outputName: "features")
        return (builder, input, relu)
    }

    @Test func buildsAValidGraph() throws {
        var (builder, _, output) = try started()
        let halves = try builder.add(
            .split(sizes: [1, 3]),
            name: "split",
            inputs: [output],
            outputNames: ["left", "right"]
        )
        let graph = try builder.build(outputs: halves)
        try graph.validate()
        #expect(graph.values.map(\.name) == ["image", "conv", "features", "left", "right"])
        #expect(graph.values.map(\.shape.channels) == [3, 4, 4, 1, 3])
        #expect(graph.nodes.map(\.name) == ["conv", "relu", "split"])
        #expect(graph.inputs == [ValueID(0)])
        #expect(graph.outputs == [ValueID(3), ValueID(4)])
    }

    @Test func rejectsDuplicateNames() throws {
        var (builder, input, output) = try started()
        #expect(throws: GraphError.self) { try builder.addInput("image", shape: image(1, 1, 1)) }
        #expect(throws: GraphError.self) { try builder.add(.flatten, name: "conv", inputs: [input]) }
        #expect(throws: GraphError.self) {
            try builder.add(.flatten, name: "flat", inputs: [input], outputName: "features")
        }
        #expect(throws: GraphError.self) {
            try builder.add(.split(sizes: [2, 2]), name: "split", inputs: [output], outputNames: ["same", "same"])
        }
        // A refused node leaves no trace: its names stay free.
        _ = try builder.add(.flatten, name: "flat", inputs: [input])
        _ = try builder.add(.split(sizes: [2, 2]), name: "split", inputs: [output], outputNames: ["same", "other"])
    }

    @Test func rejectsUnknownValuesAndWrongOutputs() throws {
        var (builder, input, output) = try started()
        for index in [-1, 3, Int.max, Int.min] {
            #expect(throws: GraphError.self) { try builder.add(.flatten, name: "flat", inputs: [ValueID(index)]) }
            #expect(throws: GraphError.self) { try builder.build(outputs: [ValueID(index)]) }
        }
        #expect(throws: GraphError.self) {
            try builder.add(.flatten, name: "flat", inputs: [input], outputNames: ["one", "two"])
        }
        #expect(throws: GraphError.self) { try builder.build(outputs: []) }
        #expect(throws: GraphError.self) { try builder.build(outputs: [output, output]) }
    }

    @Test func namesFromFilesAreEscapedInErrors() throws {
        var (builder, input, _) = try started()
        let name = "line\nbreak" + String(repeating: "x", count: 1_000)
        let error = #expect(throws: GraphError.self) { try builder.add(.add, name: name, inputs: [input]) }
        let text = try #require(error).description
        #expect(!text.contains("\n") && text.utf8.count < 300)
    }

    @Test func validationFindsEachFault() throws {
        let (builder, _, output) = try started()
        let sound = try builder.build(outputs: [output])
        func expectFault(_ code: GraphError.Code, _ change: (inout NetworkGraph) -> Void) {
            var graph = sound
            change(&graph)
            let error = #expect(throws: GraphError.self) { try graph.validate() }
            #expect(error?.code == code)
        }
        expectFault(.unknownValue) { $0.nodes.reverse() }
        expectFault(.unknownValue) { $0.nodes[1].inputs = [ValueID(99)] }
        expectFault(.unknownValue) { $0.nodes[1].outputs = [ValueID(-1)] }
        expectFault(.unknownValue) { $0.nodes[1].outputs = [ValueID(0)] }
        expectFault(.unknownValue) { $0.inputs = [] }
        expectFault(.unknownValue) { $0.outputs = [] }
        expectFault(.unknownValue) { $0.values.append(Value(name: "orphan", shape: image(1, 1, 1))) }
        expectFault(.duplicateName) { $0.nodes[1].name = "conv" }
        expectFault(.duplicateName) { $0.values[1].name = "image" }
        expectFault(.shapeMismatch) { $0.values[2].shape = image(4, 6, 5) }
        expectFault(.shapeMismatch) { $0.nodes[1].outputs = [] }
        expectFault(.tooLarge) { $0.values[0].shape.dimensions[3] = .max }
    }
}
