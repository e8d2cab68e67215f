import NumPyFiles
import Quantization

/// What a network's output came to over all inputs, on its way to an .npy file.
struct ArrayOutput {
    private let port: InferenceModel.Port
    private let path: String
    private var reals: [Float] = []
    private var integers: [UInt8] = []
    private var count = 0

    /// Starts with nothing.
    init(path: String, port: InferenceModel.Port) {
        self.path = path
        self.port = port
    }

    /// Adds what one run gave.
    mutating func append(_ values: PortValues) {
        switch values {
        case .reals(let more): reals += more
        case .stored(let more): integers += more
        }
        count += 1
    }

    /// Writes the file: float32, or integers as the output stores them.
    func write() throws {
        var shape = port.shape
        if !shape.isEmpty { shape[0] *= count }
        if integers.isEmpty {
            try NumPyWriter.write(reals, shape: shape, to: path)
        } else if port.quantization?.storage == .signed8 {
            try NumPyWriter.write(integers.map { Int8(bitPattern: $0 ^ 0x80) }, shape: shape, to: path)
        } else {
            try NumPyWriter.write(integers, shape: shape, to: path)
        }
    }
}
