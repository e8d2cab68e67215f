import FloatInference
public import NetworkGraph
public import Quantization

/// Quantizes float networks after training, with ranges and means measured on samples.
///
///     var calibrator = try Calibrator(graph: graph, options: options)
///     try calibrator.observe(samples) { done in … }
///     let network = try calibrator.quantize(samples)
///     let errors = try calibrator.layerErrors(of: network, samples)
public struct Calibrator {
    /// The most memory samples take side by side, bytes.
    static let memoryBudget = 1 << 29
    /// The most samples means are corrected with.
    static let largestCorrection = 1024
    /// The most samples layers are compared on.
    static let largestComparison = 16

    /// The network, batch normalizations folded into the layers before them.
    public let graph: NetworkGraph
    private let options: CalibrationOptions
    private let executor: FloatExecutor
    private var histograms: [ActivationHistogram]
    private var observed = 0

    /// Prepares a network.
    ///
    /// - Parameters:
    ///   - graph: The float network.
    ///   - options: How to calibrate.
    /// - Throws: `CalibrationError` for a percentile outside 50...100, `FloatInferenceError` for a malformed network.
    public init(graph: NetworkGraph, options: CalibrationOptions) throws {
        if case .percentile(let percentage) = options.method, !(percentage > 50 && percentage <= 100) {
            throw CalibrationError(
                .invalidOption,
                "the percentile is \(percentage); use one above 50 and at most 100, for example 99.99"
            )
        }
        self.graph = graph.foldingBatchNormalization().graph
        self.options = options
        executor = try FloatExecutor(graph: self.graph, threads: options.threads)
        histograms = Array(repeating: ActivationHistogram(), count: self.graph.values.count)
    }

    /// Runs samples in float and notes what each value takes.
    ///
    /// - Parameters:
    ///   - samples: What the network is to work on, as varied as that.
    ///   - progress: Called with the number of samples done.
    /// - Throws: `CalibrationError` for no samples or numbers that are not finite, `FloatInferenceError` for wrong
    ///   sizes, and errors of the samples.
    public mutating func observe(_ samples: CalibrationSamples, progress: (Int) -> Void = { _ in }) throws {
        guard samples.count > 0 else {
            throw CalibrationError(.noSamples, "there is no sample to calibrate with; give at least one, better 100")
        }
        let needsBins = options.method != .minMax
        let atOnce = samplesAtOnce(limit: options.threads)
        var start = 0
        while start < samples.count {
            let batch = try (start..<min(start + atOnce, samples.count)).map { try checked($0, samples) }
            var wrong: String?
            _ = try executor.run(samples: batch) { value, elements in
                for sample in elements where wrong == nil {
                    if !histograms[value.index].add(sample, bins: needsBins) { wrong = graph[value].name }
                }
            }
            if let wrong {
                let numbers =
                    batch.count == 1
                    ? "sample \(start + 1)" : "one of the samples \(start + 1) to \(start + batch.count)"
                throw CalibrationError(
                    .notFinite,
                    "\(quoted(wrong)) becomes NaN or infinite on \(numbers); check the weights and the preprocessing"
                )
            }
            start += batch.count
            observed += batch.count
            progress(observed)
        }
    }

    /// One range per value of `graph`, as seen so far.
    public var activationRanges: [ClosedRange<Float>] {
        graph.adjusted(histograms.map { $0.range(options.method) })
    }

    /// Quantizes the network with the ranges seen so far, and corrects its biases if that is asked for.
    ///
    /// - Parameter samples: What means are measured on: some of what was observed, evenly spread.
    /// - Returns: The int8 network.
    /// - Throws: `CalibrationError` when nothing was observed, `QuantizationError`, and errors of the samples.
    public func quantize(_ samples: CalibrationSamples) throws -> QuantizedNetwork {
        guard observed > 0 else { throw CalibrationError(.noSamples, "nothing was observed; observe samples first") }
        var network = try Quantization.quantize(graph: graph, activationRanges: activationRanges)
        if options.correctsBias, samples.count > 0 {
            let limit = samplesAtOnce(limit: Self.largestCorrection)
            let chosen = try spread(limit, over: samples.count).map { try checked($0, samples) }
            try network.correctBiases(float: executor, samples: chosen, threads: options.threads)
        }
        if options.storage == .signed8 {
            for index in network.values.indices {
                let old = network.values[index].quantization
                network.values[index].quantization = QuantizationParameters(
                    scale: old.scale,
                    zeroPoint: old.engineZeroPoint - 128,
                    storage: .signed8
                )
            }
        }
        try network.validate()
        return network
    }

    /// Compares an int8 network made of this one's with it, layer by layer, on some of the samples.
    ///
    /// - Parameters:
    ///   - network: What `quantize` gave.
    ///   - samples: What to compare on.
    /// - Returns: One entry per layer that can add an error, in the network's order.
    /// - Throws: `FloatInferenceError` when memory runs out, and errors of the samples.
    public func layerErrors(of network: QuantizedNetwork, _ samples: CalibrationSamples) throws -> [LayerError] {
        try executor.layerErrors(
            of: network,
            samples: samples,
            indices: spread(Self.largestComparison, over: samples.count),
            threads: options.threads
        )
    }

    private func checked(_ index: Int, _ samples: CalibrationSamples) throws -> [[Float]] {
        let sample = try samples.sample(index)
        guard sample.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw CalibrationError(
                .notFinite,
                "sample \(index + 1) holds NaN or an infinity; take it out or mend the preprocessing"
            )
        }
        return sample
    }

    private func samplesAtOnce(limit: Int) -> Int {
        min(max(Self.memoryBudget / max(executor.peakElementCount * 4, 1), 1), max(limit, 1))
    }
}

/// At most `limit` of the first `count` numbers, evenly spread.
func spread(_ limit: Int, over count: Int) -> [Int] {
    count <= limit ? Array(0..<count) : (0..<limit).map { $0 * count / limit }
}

private func quoted(_ name: String) -> String { String(reflecting: String(name.prefix(120))) }
