internal import Crypto
internal import Glibc
internal import ONNXExport
internal import ONNXFormat
public import Quantization

// What identifies a model (docs/decisions/0005-model-identity.md): the SHA-256 of its ONNX file. For a zoo model that is
// the file `edgeprof export` writes, whether it was ever written or not.

/// The SHA-256 by which runs and accuracies name a model, as 64 lower-case hexadecimal digits.
public enum ModelIdentity {
    /// The identity of a zoo model: the hash of the file it is exported as.
    ///
    /// - Parameter network: The zoo model, quantized.
    /// - Returns: The hash.
    /// - Throws: `ModelError` when the network cannot be said in ONNX.
    public static func sha256(of network: QuantizedNetwork) throws(ModelError) -> String {
        var hash = SHA256()
        do {
            try ONNXWriter.stream(try ONNXExporter.model(of: network)) { hash.update(bufferPointer: $0) }
        } catch {
            throw ModelError(.unusable, "\(network.name) cannot be exported: \(error)")
        }
        return digits(hash)
    }

    /// The identity of a model's file.
    ///
    /// Where constants lie in other files, it is the hash of all of them one after the other, the model's first.
    ///
    /// - Parameter path: The file.
    /// - Returns: The hash.
    /// - Throws: `ModelError` when a file cannot be read or is not an ONNX model.
    public static func sha256(ofFile path: String) throws(ModelError) -> String {
        var hash = SHA256()
        let others = try ModelSource.readFile(path).externalFiles(besides: path)
        for path in [path] + others { try update(&hash, path) }
        return digits(hash)
    }

    /// The hash of one file's bytes, whatever they are.
    static func sha256(ofBytesOf path: String) throws(ModelError) -> String {
        var hash = SHA256()
        try update(&hash, path)
        return digits(hash)
    }

    private static func update(_ hash: inout SHA256, _ path: String) throws(ModelError) {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else { throw ModelError(.unusable, "\(path): \(systemMessage(errno))") }
        let file = FileDescriptor(number)
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { chunk.deallocate() }
        while true {
            let count = read(file.number, chunk.baseAddress, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw ModelError(.unusable, "\(path): \(systemMessage(errno))") }
            guard count > 0 else { return }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: chunk[..<count]))
        }
    }

    private static func digits(_ hash: SHA256) -> String {
        hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
