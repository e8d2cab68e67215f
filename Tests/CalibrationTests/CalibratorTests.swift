import FloatInference
import NetworkGraph
import Quantization
import Testing

@testable import Calibration

/// From samples to an int8 network and its errors.
@Suite struct CalibratorTests {
    private let graph: NetworkGraph
    private let samples: CalibrationSamples

    init() throws {
        graph = try denseGraph()
        var noise = Noise(9)
        let images = (0..<40).map { _ in noise.floats(3 * 12 * 12) }
        samples = CalibrationSamples(count: images.count) { [images[$0]] }
    }

    private func quantized(_ options: CalibrationOptions) throws -> (Calibrator, QuantizedNetwork) {
        var calibrator = try Calibrator(graph: graph, options: options)
        try calibrator.observe(samples)
        return (calibrator, try calibrator.quantize(samples))
    }

    /// Mean over samples of each output, of the float network and of a simulated int8 one.
    private func means(_ network: QuantizedNetwork) throws -> (float: [Float], int8: [Float]) {
        let simulated = try SimulatedNetwork(network)
        let all = try (0..<samples.count).map { try samples.sample($0) }
        let float = try FloatExecutor(graph: graph, threads: 1).run(samples: all)
        let int8 = try FloatExecutor(graph: simulated.graph, threads: 1).run(samples: all) { value, elements in
            for sample in elements { simulated.quantize(value, sample) }
        }
        func mean(_ results: [[[Float]]]) -> [Float] {
            (0..<5).map { index in results.reduce(0) { $0 + $1[0][index] } / Float(results.count) }
        }
        return (mean(float), mean(int8))
    }

    @Test(arguments: [CalibrationMethod.minMax, .percentile(99.99), .entropy])
    func layersStayCloseToFloat(method: CalibrationMethod) throws {
        let (calibrator, network) = try quantized(CalibrationOptions(method: method, threads: 2))
        let errors = try calibrator.layerErrors(of: network, samples)
        #expect(errors.map(\.name) == ["stem", "norm1", "grow", "join", "norm2", "pool", "scores"])
        let least = method == .entropy ? 15.0 : 28
        for error in errors {
            #expect(error.ownDecibels > least && error.ownDecibels < 120, "\(error)")
            #expect(error.cumulativeDecibels > least - 8, "\(error)")
        }
        #expect(errors[0].cumulativeDecibels <= errors[0].ownDecibels)
    }

    @Test func normalizationInFrontStaysInt8WithItsOwnRange() throws {
        let (calibrator, network) = try quantized(CalibrationOptions(method: .minMax, correctsBias: false))
        let maps = network.nodes.filter { if case .channelAffine = $0.operation { true } else { false } }
        #expect(maps.map(\.name) == ["norm1", "norm2"])
        for map in maps {
            guard let output = calibrator.graph.values.firstIndex(where: { $0.name == network[map.outputs[0]].name })
            else { continue }
            let range = calibrator.activationRanges[output]
            #expect(range.lowerBound == 0, "what is behind a ReLU starts at 0")
            #expect(network[map.outputs[0]].quantization == (try QuantizationParameters(covering: range)))
        }
    }

    @Test func biasCorrectionRemovesTheMeanError() throws {
        // Entropy clips much, so there is an error to remove.
        let (_, plain) = try quantized(CalibrationOptions(method: .entropy, correctsBias: false))
        let (_, corrected) = try quantized(CalibrationOptions(method: .entropy))
        func error(_ network: QuantizedNetwork) throws -> Float {
            let (float, int8) = try means(network)
            return zip(float, int8).reduce(0) { $0 + abs($1.0 - $1.1) }
        }
        let (before, after) = (try error(plain), try error(corrected))
        #expect(after < before / 2, "\(before) before, \(after) after")
    }

    @Test func signedStorageKeepsTheReals() throws {
        let (_, unsigned) = try quantized(CalibrationOptions())
        let (_, signed) = try quantized(CalibrationOptions(storage: .signed8))
        for (left, right) in zip(unsigned.values, signed.values) {
            #expect(right.quantization.storage == .signed8 && left.quantization.hasSameReals(as: right.quantization))
        }
        #expect(signed.values.count == unsigned.values.count)
    }

    @Test func reportPointsAtTheLayerThatHurts() throws {
        var calibrator = try Calibrator(graph: graph, options: CalibrationOptions(method: .minMax))
        try calibrator.observe(samples)
        let network = try calibrator.quantize(samples)
        var ranges = calibrator.activationRanges
        let index = try #require(calibrator.graph.values.firstIndex { $0.name == "grow" })
        ranges[index] = ranges[index].lowerBound / 8...ranges[index].upperBound / 8
        let damaged = try quantize(graph: calibrator.graph, activationRanges: ranges)
        let errors = try calibrator.layerErrors(of: damaged, samples)
        let worst = try #require(errors.min { $0.ownDecibels < $1.ownDecibels })
        #expect(worst.name == "grow" && worst.hint.contains("clipped"), "\(worst)")
        let sound = try calibrator.layerErrors(of: network, samples)
        #expect(sound.map(\.ownDecibels).min() ?? 0 > worst.ownDecibels + 10)
    }

    @Test func resultDoesNotDependOnThreads() throws {
        let (_, one) = try quantized(CalibrationOptions(threads: 1))
        let (_, three) = try quantized(CalibrationOptions(threads: 3))
        #expect(one.values == three.values)
    }

    @Test func unusableSamplesAreRefused() throws {
        var calibrator = try Calibrator(graph: graph, options: CalibrationOptions())
        func code(_ count: Int, _ sample: [[Float]]) -> CalibrationError.Code? {
            let samples = CalibrationSamples(count: count) { _ in sample }
            return #expect(throws: CalibrationError.self) { try calibrator.observe(samples) }?.code
        }
        #expect(code(0, []) == .noSamples)
        #expect(code(1, [[.nan] + [Float](repeating: 0, count: 431)]) == .notFinite)
        #expect(throws: FloatInferenceError.self) {
            try calibrator.observe(CalibrationSamples(count: 1) { _ in [[1, 2]] })
        }
        let fresh = try Calibrator(graph: graph, options: CalibrationOptions())
        #expect(throws: CalibrationError.self) { try fresh.quantize(samples) }
    }

    @Test func overflowInsideTheNetworkIsNamed() throws {
        var builder = GraphBuilder(name: "large")
        let x = try builder.addInput("x", shape: TensorShape([1, 2]))
        let sum = try builder.add(.add, name: "sum", inputs: [x, x])
        let graph = try builder.build(outputs: [sum])
        var calibrator = try Calibrator(graph: graph, options: CalibrationOptions(method: .minMax))
        let large = CalibrationSamples(count: 1) { _ in [[3e38, 0]] }
        let error = #expect(throws: CalibrationError.self) { try calibrator.observe(large) }
        #expect(error?.code == .notFinite && error?.message.contains("sum") == true)
    }

    @Test(arguments: [0, 50, 100.1, -1, .nan, .infinity]) func oddPercentilesAreRefused(percentage: Double) throws {
        let options = CalibrationOptions(method: .percentile(percentage))
        #expect(throws: CalibrationError.self) { try Calibrator(graph: graph, options: options) }
    }

    @Test func rangesAreCutWhereNothingCanTell() throws {
        var builder = GraphBuilder(name: "cut")
        let x = try builder.addInput("x", shape: TensorShape(channels: 2, height: 4, width: 4))
        let pool = try builder.add(.averagePool(Window(kernel: 1), countIncludesPadding: false), name: "a", inputs: [x])
        let maximum = try builder.add(.maxPool(Window(kernel: 2, stride: 2)), name: "m", inputs: [pool])
        let relu = try builder.add(.activation(.relu), name: "r", inputs: [maximum])
        let other = try builder.add(
            .averagePool(Window(kernel: 2, stride: 2), countIncludesPadding: false),
            name: "o",
            inputs: [x]
        )
        let joined = try builder.add(.concatenate, name: "c", inputs: [relu, other])
        let graph = try builder.build(outputs: [joined])
        let ranges = graph.adjusted([-9...9, -5...5, -4...5, 0...5, -3...3, -3...5])
        #expect(ranges == [-9...9, 0...5, 0...5, -3...5, -3...5, -3...5])
    }
}
