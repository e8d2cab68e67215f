// The format (NumPy's `numpy.lib.format`):
//
//     0   6   "\x93NUMPY"
//     6   1   major version, 1 to 3
//     7   1   minor version, 0
//     8   2   length of the header, little-endian (4 bytes from version 2 on)
//     …       the header: a Python dictionary with exactly the keys descr, fortran_order and shape, padded with spaces
//             and ended by a newline
//     …       the elements

/// What an .npy file says of its elements.
struct NumPyHeader: Equatable {
    var elementType: NumPyElementType
    var isBigEndian: Bool
    var isFortranOrder: Bool
    /// Extents, outermost first; empty for a single number.
    var shape: [Int]
    /// Bytes in front of the elements.
    var dataOffset: Int

    /// Bytes that say how long the header is.
    static let prefixByteCount = 12
    /// The longest header read; NumPy itself refuses longer ones than 10,000 bytes.
    static let maximumByteCount = 1 << 16
    /// As many axes as NumPy has.
    static let maximumRank = 64

    /// Reads the magic number, version and length.
    ///
    /// - Parameter prefix: The file's first bytes, `prefixByteCount` of them unless it is shorter.
    /// - Returns: Where the dictionary lies.
    /// - Throws: `NumPyError` when the file is no .npy file or of a later version.
    static func dictionaryRange(prefix: [UInt8]) throws(NumPyError) -> Range<Int> {
        guard prefix.count >= 10, prefix.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            let isZip = prefix.starts(with: [0x50, 0x4b, 0x03, 0x04])
            throw NumPyError(
                .malformed,
                isZip
                    ? "an .npz archive, an .npy file was expected; save one array with numpy.save"
                    : "not an .npy file; write it with numpy.save"
            )
        }
        let start = prefix[6] == 1 ? 10 : 12
        guard (1...3).contains(prefix[6]), prefix[7] == 0 else {
            throw NumPyError(.unsupported, "format version \(prefix[6]).\(prefix[7]); versions 1.0 to 3.0 are read")
        }
        guard prefix.count >= start else { throw NumPyError(.malformed, "ends within the header") }
        let length = prefix[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= maximumByteCount else {
            throw NumPyError(.malformed, "a header of \(length) bytes; at most \(maximumByteCount) are read")
        }
        return start..<(start + length)
    }

    /// Reads the dictionary.
    init(dictionary: ArraySlice<UInt8>, dataOffset: Int) throws(NumPyError) {
        var parser = PythonLiteralParser(dictionary)
        let entries = try parser.dictionary()
        guard entries.count == 3, case .boolean(let isFortranOrder)? = entries["fortran_order"],
            case .tuple(let shape)? = entries["shape"], let description = entries["descr"]
        else { throw NumPyError(.malformed, "the header must hold descr, fortran_order and shape, and nothing else") }
        guard shape.count <= Self.maximumRank else {
            throw NumPyError(.malformed, "\(shape.count) axes; at most \(Self.maximumRank) are read")
        }
        (elementType, isBigEndian) = try Self.elementType(description)
        self.isFortranOrder = isFortranOrder
        self.shape = shape
        self.dataOffset = dataOffset
    }

    private static func elementType(
        _ description: PythonLiteralParser.Literal
    ) throws(NumPyError) -> (NumPyElementType, isBigEndian: Bool) {
        guard case .string(let text) = description else {
            throw NumPyError(.unsupported, "an array of structures; save a plain array of numbers")
        }
        let type = String(text.drop { "<>|=".contains($0) })
        if type.hasPrefix("O") {
            throw NumPyError(
                .unsupported,
                "holds pickled Python objects, which are never loaded; save an array of numbers"
            )
        }
        guard let elementType = NumPyElementType(rawValue: type), text.utf8.count <= 3 else {
            let known = NumPyElementType.allCases.map(\.name).joined(separator: ", ")
            throw NumPyError(
                .unsupported,
                "elements of a type that is not read; convert with astype to one of \(known)"
            )
        }
        return (elementType, text.hasPrefix(">"))
    }

    /// Elements of one row, which is all axes but the first, and rows; nil when a product overflows.
    var counts: (rows: Int, rowElements: Int)? {
        let rows = shape.first ?? 1
        var bytes = elementType.byteCount
        // Extents of 0 are left out, so that an empty array does not hide an overflow of what its rows would hold.
        for extent in shape where extent > 0 {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            guard !overflow else { return nil }
            bytes = product
        }
        return (rows, shape.dropFirst().reduce(1, *))
    }

    /// The bytes in front of the elements of a little-endian array in C order, a multiple of 64.
    static func bytes(elementType: NumPyElementType, shape: [Int]) -> [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let order = elementType.byteCount == 1 ? "|" : "<"
        var text = "{'descr': '\(order)\(elementType.rawValue)', 'fortran_order': False, 'shape': (\(extents)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let count = UInt16(truncatingIfNeeded: text.utf8.count)
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xff), UInt8(count >> 8)] + Array(text.utf8)
    }
}
