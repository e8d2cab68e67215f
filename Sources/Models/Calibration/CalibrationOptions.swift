public import Quantization

/// How ranges are made of what was seen.
public enum CalibrationMethod: Hashable, Sendable {
    /// The least and largest element.
    case minMax
    /// All but the outermost elements: (100 − percentage)/2 percent are cut off at each end.
    case percentile(Double)
    /// The range whose quantized distribution diverges least from the float one's.
    case entropy
}

/// How a network is calibrated and quantized.
public struct CalibrationOptions: Hashable, Sendable {
    /// How ranges are made.
    public var method: CalibrationMethod
    /// Whether biases are corrected for the mean error quantization causes.
    public var correctsBias: Bool
    /// The integers activations are stored as; the reals they stand for are the same.
    public var storage: QuantizationParameters.Storage
    /// Threads, at least 1.
    public var threads: Int

    /// Makes options.
    public init(
        method: CalibrationMethod = .percentile(99.99),
        correctsBias: Bool = true,
        storage: QuantizationParameters.Storage = .unsigned8,
        threads: Int = 1
    ) {
        self.method = method
        self.correctsBias = correctsBias
        self.storage = storage
        self.threads = threads
    }
}

/// What a network is calibrated with.
public struct CalibrationSamples {
    /// Number of samples.
    public var count: Int
    /// Gives a sample: one array per graph input, elements in logical order.
    public var sample: (_ index: Int) throws -> [[Float]]

    /// Makes a source of samples that are read when they are needed, some of them more than once.
    public init(count: Int, sample: @escaping (_ index: Int) throws -> [[Float]]) {
        self.count = count
        self.sample = sample
    }
}
