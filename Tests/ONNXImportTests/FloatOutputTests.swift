import NetworkGraph
import ONNXFormat
import ONNXImport
import Quantization
import Synchronization
import Testing

/// QDQ files whose last value no rounding follows.
struct FloatOutputTests {
    private func model(_ tail: String? = nil) -> TestModel {
        var model = TestModel(input: [1, 2])
        let input = model.rounded("x", scale: 0.5, zero: 10)
        let weights = model.weights("w", [2, 2], [1, -2, 3, 4])
        model.node("Gemm", [input, weights], [tail == nil ? "y" : "g"], ["transB": .int(1)])
        if let tail { model.node(tail, ["g"]) }
        return model
    }

    @Test func rangeComesFromTheWeights() throws {
        let notes = Mutex<[String]>([])
        let network = try model().quantized(ImportOptions(note: { note in notes.withLock { $0.append(note) } }))
        // x lies in −5...122.5: least 1·(−5) − 2·122.5 and 7·(−5), greatest 7·122.5.
        let grid = network[network.outputs[0]].quantization
        #expect(abs(grid.range.lowerBound + 250) <= grid.scale && abs(grid.range.upperBound - 857.5) <= grid.scale)
        #expect(notes.withLock { $0.count } == 1)
        #expect(notes.withLock { $0[0].contains("\"y\"") })
    }

    @Test func rangeMayBeGiven() throws {
        let network = try model().quantized(ImportOptions(valueRanges: ["y": -100...155]))
        #expect(network[network.outputs[0]].quantization == QuantizationParameters(scale: 1, zeroPoint: 100))
        #expect(try network.run([30, 14]) == [[106, 138]])
    }

    @Test func boundedFunctionsHaveTheirs() throws {
        var model = TestModel(input: [1, 2])
        model.node("Softmax", [model.rounded("x", scale: 0.5, zero: 10)])
        let network = try model.quantized()
        #expect(network[network.outputs[0]].quantization == QuantizationParameters(scale: 1 / 256, zeroPoint: 0))
    }

    /// Between operators a range would have to be guessed.
    @Test func innerValuesAreRefused() throws {
        let error = try model("Softmax").refusal()
        #expect(error.code == .unsupportedModel)
        for part in ["\"g\"", "Gemm", "Softmax", "edgeprof quantize"] { #expect(error.message.contains(part)) }
        #expect(try model("Softmax").quantized(ImportOptions(valueRanges: ["g": -10...10])).kinds.last == "softmax")
    }
}

extension QuantizationParameters {
    fileprivate var range: ClosedRange<Float> { real(0)...real(255) }
}
