internal import Crypto
internal import Glibc
public import Quantization

/// The SHA-256 by which runs and accuracies name a model, as 64 lower-case hexadecimal digits.
public enum ModelHash {
    /// The identity of a zoo model.
    public static func sha256(of network: QuantizedNetwork) -> String { PlanCache.identity(of: network) }

    /// The identity of a model's file: the hash of its bytes.
    ///
    /// - Parameter path: The file.
    /// - Returns: The hash; nil when the file cannot be read, errno says why.
    public static func sha256(ofFile path: String) -> String? {
        let number = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { return nil }
        let file = FileDescriptor(number)
        var hash = SHA256()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file.number, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return hexadecimal(hash.finalize()) }
            piece.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }
}
