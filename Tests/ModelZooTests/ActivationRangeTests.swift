import FloatInference
import NetworkGraph
import Testing

@testable import ModelZoo

/// Runs whole networks in float and compares what happens with what was predicted.
@Suite struct ActivationRangeTests {
    private static let size = 64

    /// Statistics of one value over two images.
    struct Observation {
        var node: String
        var deviationRatio: Double
        var shareOutside: Double
    }

    private func observe(_ name: String) throws -> (observations: [Observation], logits: [[Float]]) {
        let (network, moments) = try ModelZoo.construct(
            name: name,
            seed: 0,
            input: ZooInput(height: Self.size, width: Self.size)
        )
        let images = [testImage(size: Self.size, seed: 1), testImage(size: Self.size, seed: 2)]
        var observations: [Observation] = []
        let executor = try FloatExecutor(graph: network.graph, threads: 1)
        let outputs = try executor.run(samples: images.map { [$0] }) { value, elements in
            let range = network.activationRanges[value.index]
            var (count, sum, squares, outside) = (0.0, 0.0, 0.0, 0.0)
            for image in elements {
                for element in image {
                    count += 1
                    sum += Double(element)
                    squares += Double(element) * Double(element)
                    if !range.contains(element) { outside += 1 }
                }
            }
            let predicted = moments[value.index].pooled(moments[value.index].channels.indices)
            let variance = squares / count - (sum / count) * (sum / count)
            observations.append(
                Observation(
                    node: network.graph[value].name,
                    deviationRatio: (variance / predicted.variance).squareRoot(),
                    shareOutside: outside / count
                )
            )
        }
        return (observations, outputs.map { $0[0] })
    }

    @Test(arguments: ModelZoo.names + ModelZoo.headModels.map(\.name))
    func activationsStayWithinPredictions(name: String) throws {
        let (observations, logits) = try observe(name)
        for observation in observations {
            #expect(
                (0.6...1.6).contains(observation.deviationRatio),
                "\(observation.node): deviation \(observation.deviationRatio) times the predicted one"
            )
            #expect(
                observation.shareOutside < 0.02,
                "\(observation.node): \(observation.shareOutside) of the elements are outside the range"
            )
        }
        #expect(logits[0].allSatisfy { $0.isFinite })
        #expect(correlation(logits[0], logits[1]) < 0.95, "different images are to give different answers")
    }

    @Test(arguments: ["vgg11_bn", "resnet18", "densenet121", "shufflenet_v2_x0_5", "mobilenet_v2"])
    func foldingBatchNormalizationPreservesOutputs(name: String) throws {
        let graph = try ModelZoo.build(name: name, imageSize: 32).graph
        let rewritten = graph.foldingBatchNormalization()
        try rewritten.graph.validate()
        #expect(rewritten.graph.nodes.count < graph.nodes.count)
        let image = testImage(size: 32, seed: 3)
        let before = try FloatExecutor(graph: graph, threads: 1).run([image])[0]
        let after = try FloatExecutor(graph: rewritten.graph, threads: 1).run([image])[0]
        let largest = before.reduce(0) { max($0, abs($1)) }
        for (before, after) in zip(before, after) { #expect(abs(before - after) < 1e-3 * largest) }
    }

    @Test func onlyDenseNetKeepsBatchNormalization() throws {
        func remaining(_ name: String) throws -> Int {
            let graph = try ModelZoo.build(name: name).graph.foldingBatchNormalization().graph
            return graph.nodes.count {
                if case .batchNormalization = $0.operation { return true }
                return false
            }
        }
        // Of densenet121's 121: one before each of 58 first convolutions and 3 transitions, and the last.
        #expect(try remaining("densenet121") == 62)
        for name in ModelZoo.names where !name.hasPrefix("densenet") { #expect(try remaining(name) == 0) }
    }

    private func correlation(_ left: [Float], _ right: [Float]) -> Float {
        let count = Float(left.count)
        let (leftMean, rightMean) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        var (product, leftSquares, rightSquares) = (Float(0), Float(0), Float(0))
        for (left, right) in zip(left, right) {
            product += (left - leftMean) * (right - rightMean)
            leftSquares += (left - leftMean) * (left - leftMean)
            rightSquares += (right - rightMean) * (right - rightMean)
        }
        return product / (leftSquares * rightSquares).squareRoot()
    }
}
