import Glibc

/// Writes .npy files: version 1, little-endian, C order.
///
/// A file is written beside its place and takes its name when it is whole; a device or pipe is written to as it is.
public enum NumPyWriter {
    /// Writes single-precision numbers.
    ///
    /// - Parameters:
    ///   - floats: In C order; as many as the shape says.
    ///   - shape: Extents, outermost first.
    ///   - path: The file.
    /// - Throws: `NumPyError` when the file cannot be written.
    public static func write(_ floats: [Float], shape: [Int], to path: String) throws(NumPyError) {
        precondition(shape.reduce(1, *) == floats.count, "an array has as many elements as its shape says")
        let bytes = floats.withUnsafeBytes { [UInt8]($0) }
        try write(bytes, .float32, shape, path)
    }

    /// Writes unsigned bytes; parameters and errors as above.
    public static func write(_ integers: [UInt8], shape: [Int], to path: String) throws(NumPyError) {
        precondition(shape.reduce(1, *) == integers.count, "an array has as many elements as its shape says")
        try write(integers, .uint8, shape, path)
    }

    /// Writes signed bytes; parameters and errors as above.
    public static func write(_ integers: [Int8], shape: [Int], to path: String) throws(NumPyError) {
        precondition(shape.reduce(1, *) == integers.count, "an array has as many elements as its shape says")
        try write(integers.map { UInt8(bitPattern: $0) }, .int8, shape, path)
    }

    /// Writes signed 64-bit integers, as labels are; parameters and errors as above.
    public static func write(_ integers: [Int64], shape: [Int], to path: String) throws(NumPyError) {
        precondition(shape.reduce(1, *) == integers.count, "an array has as many elements as its shape says")
        try write(integers.withUnsafeBytes { [UInt8]($0) }, .int64, shape, path)
    }

    private static func write(
        _ elements: [UInt8],
        _ type: NumPyElementType,
        _ shape: [Int],
        _ path: String
    ) throws(NumPyError) {
        var status = stat()
        let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        let target = isSpecial ? path : "\(path).new-\(getpid())"
        let flags = O_WRONLY | O_CLOEXEC | (isSpecial ? 0 : O_CREAT | O_TRUNC | O_NOFOLLOW)
        let descriptor = open(target, flags, 0o666)
        guard descriptor >= 0 else { throw failure(path) }
        var error: NumPyError?
        for part in [NumPyHeader.bytes(elementType: type, shape: shape), elements] where error == nil {
            error = write(part, descriptor, path)
        }
        if close(descriptor) != 0, error == nil { error = failure(path) }
        if error == nil, !isSpecial, rename(target, path) != 0 { error = failure(path) }
        guard let error else { return }
        if !isSpecial { unlink(target) }
        throw error
    }

    private static func write(_ bytes: [UInt8], _ descriptor: Int32, _ path: String) -> NumPyError? {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count, let base = buffer.baseAddress {
                let count = Glibc.write(descriptor, base + written, buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return failure(path) }
                written += count
            }
            return nil
        }
    }

    private static func failure(_ path: String) -> NumPyError {
        NumPyError(.system, "\(path): \(String(cString: strerror(errno))); give another place to write to")
    }
}
