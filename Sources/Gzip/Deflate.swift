internal import CZlib

/// The deflate format alone (RFC 1951), for short pieces that carry a checksum of their own.
public enum Deflate {
    /// Packs bytes, fast rather than small.
    ///
    /// - Parameters:
    ///   - bytes: what to pack.
    ///   - dictionary: bytes that are likely to come again, the likeliest last; at most 8 kB.
    /// - Returns: one deflate stream; nil where it would not be shorter or memory is short.
    public static func compressed(_ bytes: ArraySlice<UInt8>, dictionary: [UInt8] = []) -> [UInt8]? {
        guard let size = UInt32(exactly: bytes.count), size > 1 else { return nil }
        var stream = z_stream()
        guard edgeprof_deflate_begin_writing(&stream) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        if !dictionary.isEmpty, deflateSetDictionary(&stream, dictionary, UInt32(dictionary.count)) != Z_OK {
            return nil
        }
        return bytes.withUnsafeBufferPointer { input in
            // zlib does not write to its input; the cast is for its C signature.
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = size
            var isShorter = false
            let output = [UInt8](unsafeUninitializedCapacity: input.count - 1) { output, count in
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(clamping: output.count)
                isShorter = deflate(&stream, Z_FINISH) == Z_STREAM_END
                count = isShorter ? Int(stream.total_out) : 0
            }
            return isShorter ? output : nil
        }
    }

    /// Unpacks bytes whose unpacked length is known.
    ///
    /// - Parameters:
    ///   - bytes: one deflate stream and nothing behind it.
    ///   - count: how many bytes come out.
    ///   - dictionary: that they were packed with.
    /// - Returns: what was packed.
    /// - Throws: `Gzip.Failure.damaged` unless exactly so many come out.
    public static func decompressed(_ bytes: ArraySlice<UInt8>, count: Int, dictionary: [UInt8] = []) throws(Gzip
        .Failure) -> [UInt8]
    {
        guard let size = UInt32(exactly: bytes.count), let room = UInt32(exactly: count) else { throw .tooLarge }
        var stream = z_stream()
        guard edgeprof_deflate_begin_reading(&stream) == Z_OK else { throw .damaged }
        defer { inflateEnd(&stream) }
        if !dictionary.isEmpty, inflateSetDictionary(&stream, dictionary, UInt32(dictionary.count)) != Z_OK {
            throw .damaged
        }
        var isWhole = false
        let output = bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = size
            return [UInt8](unsafeUninitializedCapacity: count) { output, made in
                stream.next_out = output.baseAddress
                stream.avail_out = room
                isWhole = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0
                made = isWhole ? count : 0
            }
        }
        guard isWhole else { throw .damaged }
        return output
    }
}
