internal import CZlib

/// The gzip format (RFC 1952) of whole bodies in memory.
public enum Gzip {
    /// Why bytes are not taken apart.
    public enum Failure: Error, Sendable, Hashable {
        /// They are not gzip, are damaged, or end early.
        case damaged
        /// There is more in them than allowed.
        case tooLarge
    }

    private static let chunkBytes = 64 << 10

    /// Packs bytes.
    ///
    /// - Parameter bytes: what to pack.
    /// - Returns: one gzip member, or nil where memory is short.
    public static func compressed(_ bytes: [UInt8]) -> [UInt8]? {
        guard let size = UInt32(exactly: bytes.count) else { return nil }
        var stream = z_stream()
        guard edgeprof_gzip_begin_writing(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        let bound = Int(deflateBound(&stream, UInt(size)))
        // zlib does not write to its input; the cast is for its C signature.
        return bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = size
            var isWhole = false
            let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = isWhole ? Int(stream.total_out) : 0
            }
            return isWhole ? output : nil
        }
    }

    /// Unpacks bytes, never holding more than the limit and one chunk.
    ///
    /// - Parameters:
    ///   - bytes: one gzip member and nothing behind it.
    ///   - limit: most bytes that may come out.
    /// - Returns: what was packed.
    /// - Throws: `Failure`.
    public static func decompressed(_ bytes: [UInt8], limit: Int) throws(Failure) -> [UInt8] {
        guard let size = UInt32(exactly: bytes.count) else { throw .tooLarge }
        var stream = z_stream()
        guard edgeprof_gzip_begin_reading(&stream) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        var status = Z_OK
        bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = size
            while status == Z_OK && output.count <= limit {
                let made = chunk.withUnsafeMutableBufferPointer { chunk in
                    stream.next_out = chunk.baseAddress
                    stream.avail_out = UInt32(chunk.count)
                    status = inflate(&stream, Z_NO_FLUSH)
                    return chunk.count - Int(stream.avail_out)
                }
                output += chunk[..<made]
            }
        }
        guard output.count <= limit else { throw .tooLarge }
        guard status == Z_STREAM_END, stream.avail_in == 0 else { throw .damaged }
        return output
    }
}
