internal import Glibc
internal import InferenceEngine
internal import KernelDispatch
internal import ONNXFormat
internal import Quantization

/// A model's file as a collector keeps it: one file, known by the hash of its bytes.
public struct StoredFile: Sendable {
    var path: String
    var name: String
    var sha256: String

    /// Makes sure, as `profile` would, that a file can be run here before it is given to a collector.
    ///
    /// - Parameter path: The file.
    /// - Returns: Its SHA-256.
    /// - Throws: `ModelError` in one line: what is wrong with the file, and how to mend it.
    public static func sha256(ofRunnable path: String) throws(ModelError) -> String {
        let sha256 = try ModelIdentity.sha256(ofBytesOf: path)
        let network = try ownNetwork(of: .file(path), at: path)
        do {
            _ = try Plan(network: network, kernels: try KernelDispatch.select(cap: nil).kernels, kind: .fused)
        } catch {
            throw ModelError(.unusable, "\(path): cannot be packed: \(error)")
        }
        guard try ModelIdentity.sha256(ofBytesOf: path) == sha256 else {
            throw ModelError(.unusable, "\(path): changed while it was read; try again when it is complete")
        }
        return sha256
    }

    /// Makes sure that the bytes are those the name promises; others are deleted, so that they are fetched anew.
    func verify() throws(PreparationFailure) {
        let actual: String
        do throws(ModelError) { actual = try ModelIdentity.sha256(ofBytesOf: path) } catch {
            throw .error(MeasurementError(.cannotMeasure, error.description))
        }
        guard actual != sha256 else { return }
        unlink(path)
        throw .error(MeasurementError(.cannotMeasure, "\(path) had become damaged and was deleted"))
    }

    /// Reads the network.
    ///
    /// - Throws: `ModelError` that calls the file by the name people know: where it lies is this box's business.
    func load() throws(ModelError) -> QuantizedNetwork {
        do throws(ModelError) {
            return try Self.ownNetwork(of: .stored(path: path, name: name, sha256: sha256), at: path)
        } catch { throw ModelError(error.code, error.description.replacing(path, with: "\(name).onnx")) }
    }

    /// A network whose constants are all in its own file: the file's hash does not speak for others.
    private static func ownNetwork(of source: ModelSource, at path: String) throws(ModelError) -> QuantizedNetwork {
        guard try ModelSource.readFile(path).externalFiles(besides: path).isEmpty else {
            throw ModelError(.unusable, "\(path): keeps constants in other files; save it as one file")
        }
        return try source.load().network
    }
}
