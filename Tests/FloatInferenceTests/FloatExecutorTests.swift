import FloatInference
import ModelZoo
import NetworkGraph
import Testing

/// Whole networks, several samples, what is observed, what is refused.
@Suite struct FloatExecutorTests {
    @Test(arguments: ModelZoo.names) func zooNetworkGivesFiniteNumbers(name: String) throws {
        let graph = try ModelZoo.build(name: name, imageSize: 32).graph
        var noise = Noise(1)
        let image = noise.floats(3 * 32 * 32)
        let folded = graph.foldingBatchNormalization().graph
        var observed = 0
        let plain = try FloatExecutor(graph: graph, threads: 2).run([image]) { value, elements in
            observed += 1
            #expect(elements.count == graph.shape(of: value).elementCount)
        }
        #expect(observed == graph.values.count, "every value is observed")
        let rewritten = try FloatExecutor(graph: folded, threads: 2).run([image])
        let largest = plain[0].reduce(0) { max($0, abs($1)) }
        #expect(plain[0].count == 1000 && plain[0].allSatisfy(\.isFinite) && largest > 0)
        for (left, right) in zip(plain[0], rewritten[0]) { #expect(abs(left - right) <= 1e-3 * largest) }
    }

    @Test func samplesSideBySideEqualSamplesAlone() throws {
        let graph = try ModelZoo.build(name: "squeezenet1_1", imageSize: 48).graph
        var noise = Noise(2)
        let samples = (0..<5).map { _ in [noise.floats(3 * 48 * 48)] }
        let executor = try FloatExecutor(graph: graph, threads: 3)
        let together = try executor.run(samples: samples)
        for (sample, outputs) in zip(samples, together) { #expect(try executor.run(sample) == outputs) }
        #expect(try executor.run(samples: []).isEmpty)
    }

    @Test func visitorChangesWhatFollows() throws {
        var builder = GraphBuilder(name: "two")
        let x = try builder.addInput("x", shape: TensorShape([1, 4]))
        let y = try builder.add(.activation(.relu), name: "relu", inputs: [x])
        let z = try builder.add(.add, name: "sum", inputs: [y, x])
        let executor = try FloatExecutor(graph: try builder.build(outputs: [z]), threads: 1)
        let result = try executor.run(samples: [[[1, -2, 3, -4]]]) { value, elements in
            if value == y { for index in elements[0].indices { elements[0][index] += 10 } }
        }
        #expect(result == [[[12, 8, 16, 6]]])
        #expect(executor.peakElementCount == 12)
    }

    @Test func valuesThatNothingReadsAreObserved() throws {
        var builder = GraphBuilder(name: "dead")
        let x = try builder.addInput("x", shape: TensorShape([1, 2]))
        let dead = try builder.add(.activation(.relu), name: "dead", inputs: [x])
        var seen: [ValueID] = []
        let executor = try FloatExecutor(graph: try builder.build(outputs: [x]), threads: 1)
        #expect(try executor.run([[1, 2]]) { value, _ in seen.append(value) } == [[1, 2]])
        #expect(seen == [x, dead])
    }

    @Test func wrongInputsAreRefused() throws {
        let graph = try graph(of: .add, over: [TensorShape([1, 2]), TensorShape([1, 2])])
        let executor = try FloatExecutor(graph: graph, threads: 1)
        for inputs: [[Float]] in [[], [[1, 2]], [[1, 2], [1]], [[1, 2], [1, 2, 3]], [[1, 2], [1, 2], [1, 2]]] {
            let error = #expect(throws: FloatInferenceError.self) { try executor.run(inputs) }
            #expect(error?.code == .wrongInput)
        }
    }

    @Test func malformedGraphIsRefused() throws {
        var graph = try graph(of: .add, over: [TensorShape([1, 2]), TensorShape([1, 2])])
        graph.values[2].shape = TensorShape([1, 3])
        let error = #expect(throws: FloatInferenceError.self) { try FloatExecutor(graph: graph, threads: 1) }
        #expect(error?.code == .invalidGraph)
        graph.nodes[0].inputs = [ValueID(9), ValueID(0)]
        #expect(throws: FloatInferenceError.self) { try FloatExecutor(graph: graph, threads: 1) }
    }
}
