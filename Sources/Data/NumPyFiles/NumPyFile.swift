import Glibc

/// An .npy file, read a few rows at a time: a row is everything below one index of the first axis.
///
/// Versions 1 to 3, either byte order, C or Fortran order. Elements are read from the file when they are asked for, so
/// an array may be larger than memory; only one in Fortran order, where a row is scattered over the whole file, is held.
public final class NumPyFile: Sendable {
    /// Largest array in Fortran order, bytes.
    public static let maximumFortranByteCount = 1 << 29

    /// Extents, outermost first; empty for a single number.
    public let shape: [Int]
    /// Type of the elements.
    public let elementType: NumPyElementType
    /// Extent of the first axis; 1 for a single number.
    public let rowCount: Int
    /// Elements of a row.
    public let rowElementCount: Int
    /// The file's name, as given.
    public let path: String

    private let descriptor: Int32
    private let header: NumPyHeader
    /// All elements, in C order and little-endian, of a file in Fortran order.
    private let converted: [UInt8]?

    /// Elements in all; the file is at least as long as that needs.
    public var elementCount: Int { rowCount * rowElementCount }

    /// Opens a file and checks its header against its size.
    ///
    /// - Parameter path: The file; a regular one.
    /// - Throws: `NumPyError` that names the file.
    public init(path: String) throws(NumPyError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Self.systemError(path) }
        do throws(NumPyError) {
            let (header, counts) = try Self.header(of: descriptor, path: path)
            (shape, elementType) = (header.shape, header.elementType)
            (rowCount, rowElementCount) = counts
            self.path = path
            self.header = header
            self.descriptor = descriptor
            converted = try Self.converted(header, descriptor, path)
        } catch {
            close(descriptor)
            throw error.code == .system ? error : NumPyError(error.code, "\(path): \(error.message)")
        }
    }

    deinit { close(descriptor) }

    /// The elements of some rows: C order, little-endian.
    ///
    /// - Parameter rows: Within 0..<`rowCount`.
    /// - Returns: `rowElementCount` elements a row.
    /// - Throws: `NumPyError` when the file cannot be read or has been cut short since it was opened.
    public func bytes(rows: Range<Int>) throws(NumPyError) -> [UInt8] {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows lie within the array")
        let stride = rowElementCount * elementType.byteCount
        let range = (rows.lowerBound * stride)..<(rows.upperBound * stride)
        if let converted { return Array(converted[range]) }
        var bytes = try Self.read(descriptor, range.count, at: header.dataOffset + range.lowerBound, path: path)
        if header.isBigEndian { ElementConversion.swapBytes(&bytes, elementType.byteCount) }
        return bytes
    }

    /// The elements of some rows as single-precision numbers, in C order; whole numbers beyond 2^24 are rounded.
    ///
    /// - Parameter rows: Within 0..<`rowCount`.
    /// - Returns: `rowElementCount` numbers a row.
    /// - Throws: As `bytes(rows:)`.
    public func floats(rows: Range<Int>) throws(NumPyError) -> [Float] {
        ElementConversion.floats(try bytes(rows: rows), elementType)
    }

    /// All elements as single-precision numbers, in C order.
    ///
    /// - Throws: As `bytes(rows:)`.
    public func floats() throws(NumPyError) -> [Float] { try floats(rows: 0..<rowCount) }

    /// All elements as whole numbers, in C order.
    ///
    /// - Throws: As `bytes(rows:)`; `unsupported` when an element has a fraction or does not fit.
    public func integers() throws(NumPyError) -> [Int64] {
        guard let integers = ElementConversion.integers(try bytes(rows: 0..<rowCount), elementType) else {
            throw NumPyError(.unsupported, "\(path): not all whole numbers; save integers, for example astype('int64')")
        }
        return integers
    }
}

extension NumPyFile {
    private static func header(
        of descriptor: Int32,
        path: String
    ) throws(NumPyError) -> (NumPyHeader, (rows: Int, rowElements: Int)) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw systemError(path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw NumPyError(.malformed, "not a regular file") }
        let size = Int(status.st_size)
        let prefix = try read(descriptor, min(size, NumPyHeader.prefixByteCount), at: 0, path: path)
        let range = try NumPyHeader.dictionaryRange(prefix: prefix)
        guard range.upperBound <= size else { throw NumPyError(.malformed, "ends within the header") }
        let text = try read(descriptor, range.count, at: range.lowerBound, path: path)
        let header = try NumPyHeader(dictionary: text[...], dataOffset: range.upperBound)
        guard let counts = header.counts else {
            throw NumPyError(.malformed, "the shape overflows a 64-bit size; the header is damaged")
        }
        let bytes = counts.rows * counts.rowElements * header.elementType.byteCount
        guard bytes <= size - header.dataOffset else {
            throw NumPyError(
                .malformed,
                "holds \(size - header.dataOffset) bytes of elements, its shape needs \(bytes); copy the file again"
            )
        }
        return (header, counts)
    }

    private static func converted(
        _ header: NumPyHeader,
        _ descriptor: Int32,
        _ path: String
    ) throws(NumPyError) -> [UInt8]? {
        guard header.isFortranOrder, header.shape.count > 1 else { return nil }
        let count = header.shape.reduce(header.elementType.byteCount, *)
        guard count <= maximumFortranByteCount else {
            throw NumPyError(
                .unsupported,
                "\(count) bytes in Fortran order, at most \(maximumFortranByteCount) are read; "
                    + "save it with numpy.ascontiguousarray"
            )
        }
        var bytes = try read(descriptor, count, at: header.dataOffset, path: path)
        if header.isBigEndian { ElementConversion.swapBytes(&bytes, header.elementType.byteCount) }
        return ElementConversion.rowMajor(bytes, shape: header.shape, elementBytes: header.elementType.byteCount)
    }

    /// Reads so many bytes from a place of the file, or throws.
    private static func read(
        _ descriptor: Int32,
        _ count: Int,
        at offset: Int,
        path: String
    ) throws(NumPyError) -> [UInt8] {
        var failure: NumPyError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + initialized, count - initialized, off_t(offset + initialized))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    failure =
                        got < 0
                        ? systemError(path) : NumPyError(.system, "\(path): was cut short while it was read")
                    return
                }
                initialized += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private static func systemError(_ path: String) -> NumPyError {
        NumPyError(.system, "\(path): \(String(cString: strerror(errno)))")
    }
}
