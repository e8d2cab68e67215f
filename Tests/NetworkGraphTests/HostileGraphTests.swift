import NetworkGraph
import Testing

/// What a reader of untrusted files may ask for: anything.
///
/// The builder must answer or throw, never trap.
@Suite struct HostileGraphTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }

        mutating func number() -> Int {
            switch Int.random(in: 0..<8, using: &self) {
            case 0: [Int.min, Int.max, -1, 0, 1 << 31, 1 << 32, 65_536, 65_537].randomElement(using: &self) ?? 0
            case 1: Int.random(in: 0...100_000, using: &self)
            default: Int.random(in: 1...8, using: &self)
            }
        }

        mutating func shape(rank: Int) -> TensorShape { TensorShape((0..<rank).map { _ in number() }) }

        mutating func parameter(rank: Int) -> Parameter { Parameter(shape: shape(rank: rank)) { _, _ in } }

        mutating func window() -> Window {
            var window = Window(
                kernel: number(),
                stride: number(),
                dilation: number(),
                ceilMode: Bool.random(using: &self)
            )
            window.kernelWidth = number()
            window.padTop = number()
            window.padRight = Bool.random(using: &self) ? 0 : number()
            return window
        }

        mutating func operation(over shape: TensorShape) -> Operation {
            let channels = Int.random(in: 0..<3, using: &self) == 0 ? number() : shape.channels
            switch Int.random(in: 0..<12, using: &self) {
            case 0:
                let window = window()
                let dimensions = [number(), channels, window.kernelHeight, window.kernelWidth]
                let weights = Parameter(shape: TensorShape(dimensions)) { _, _ in }
                return .convolution(Convolution(window: window, groups: 1, weights: weights))
            case 1:
                return .convolution(Convolution(window: window(), groups: number(), weights: parameter(rank: 4)))
            case 2:
                let vector = Parameter(shape: TensorShape([channels])) { _, _ in }
                return .batchNormalization(
                    BatchNormalization(scale: vector, shift: vector, mean: vector, variance: vector)
                )
            case 3: return .activation(.clip(lower: Float(number()), upper: Float(number())))
            case 4: return .maxPool(window())
            case 5: return .averagePool(window(), countIncludesPadding: Bool.random(using: &self))
            case 6: return .globalAveragePool
            case 7: return .split(sizes: (0..<Int.random(in: 0...3, using: &self)).map { _ in number() })
            case 8: return .channelShuffle(groups: number())
            case 9: return .flatten
            case 10: return .concatenate
            default: return .fullyConnected(FullyConnected(weights: parameter(rank: 2), bias: parameter(rank: 1)))
            }
        }
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>) func nothingTraps(seed: UInt64) throws {
        var random = Generator(state: seed)
        var builder = GraphBuilder(name: "hostile")
        var values: [ValueID] = []
        for index in 0..<500 {
            do throws(GraphError) {
                if values.isEmpty || index % 20 == 0 {
                    let rank = [2, 4, 4, 4, 0, 5].randomElement(using: &random) ?? 4
                    values.append(try builder.addInput("input\(index)", shape: random.shape(rank: rank)))
                    continue
                }
                let input = values.randomElement(using: &random) ?? ValueID(0)
                let operation = random.operation(over: builder.shape(of: input))
                var inputs = [input]
                if case .concatenate = operation { inputs.append(values.randomElement(using: &random) ?? input) }
                var names = ["value\(index)"]
                if case .split(let sizes) = operation { names = sizes.indices.map { "value\(index).\($0)" } }
                values += try builder.add(operation, name: "node\(index)", inputs: inputs, outputNames: names)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        let output = try #require(values.last)
        let graph = try builder.build(outputs: [output])
        try graph.validate()
        #expect(graph.nodes.count > 50, "most requests are hostile, but not all")
        for plan in [CostPlan.naive, .fused] {
            let costs = GraphCosts(of: graph, plan: plan)
            #expect(costs.total.macs >= 0 && costs.peakLiveElements >= 0)
        }
        try graph.removingDeadNodes().graph.validate()
    }
}
