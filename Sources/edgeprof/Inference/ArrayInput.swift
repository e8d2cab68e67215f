import NumPyFiles
import Quantization

/// An .npy file as a network's input: the input's shape, or so many of it along the first axis.
struct ArrayInput {
    private let file: NumPyFile
    private let port: InferenceModel.Port
    private let isStored: Bool
    /// Inputs in the file.
    let count: Int

    /// Opens a file and compares it with the input.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - port: The input.
    ///   - raw: Whether the file must hold stored integers.
    /// - Throws: When the file cannot be read or does not fit the input.
    init(path: String, port: InferenceModel.Port, raw: Bool) throws {
        file = try NumPyFile(path: path)
        self.port = port
        let batch = port.shape.first ?? 1
        guard file.shape.count == port.shape.count, file.shape.dropFirst() == port.shape.dropFirst(),
            file.rowCount > 0, file.rowCount % batch == 0
        else {
            let actual = file.shape.isEmpty ? "()" : file.shape.map(String.init).joined(separator: "x")
            throw InputError(
                "\(path): shape \(actual), the model's input `\(port.name)` takes \(port.shapeText)"
                    + (batch > 1 ? " or a multiple of its first axis" : " or more along the first axis")
            )
        }
        count = file.rowCount / batch
        isStored = try Self.isStored(file, port, raw: raw)
    }

    /// Elements of one input of the file.
    func values(at index: Int) throws -> PortValues {
        let batch = port.shape.first ?? 1
        let rows = (index * batch)..<((index + 1) * batch)
        guard isStored else { return .reals(try file.floats(rows: rows)) }
        let bytes = try file.bytes(rows: rows)
        return .stored(port.quantization?.storage == .signed8 ? bytes.map { $0 ^ 0x80 } : bytes)
    }

    /// Whether the file's elements are the input's integers rather than real numbers.
    private static func isStored(_ file: NumPyFile, _ port: InferenceModel.Port, raw: Bool) throws -> Bool {
        guard let quantization = port.quantization else {
            guard !raw else { throw InputError("--raw: the model is a float network, it has no stored integers") }
            guard file.elementType.isFloat else {
                throw InputError(
                    "\(file.path): \(file.elementType.name), the float network takes real numbers; give float32"
                )
            }
            return false
        }
        let storage: NumPyElementType = quantization.storage == .signed8 ? .int8 : .uint8
        if file.elementType == storage { return true }
        guard file.elementType.isFloat, !raw else {
            throw InputError(
                "\(file.path): \(file.elementType.name), the model's input `\(port.name)` stores \(storage.name); "
                    + "give \(storage.name)" + (raw ? "" : " for stored integers or float32 for real numbers")
            )
        }
        return false
    }
}
