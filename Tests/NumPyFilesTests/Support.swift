import Foundation
import Testing

/// A file of its own that goes away with this value.
final class TemporaryFile {
    let path = NSTemporaryDirectory() + "edgeprof-\(UUID().uuidString).npy"

    init(_ bytes: [UInt8]? = nil) throws {
        if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
    }

    deinit { unlink(path) }

    var bytes: [UInt8] { get throws { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } }
}

/// An .npy file as NumPy lays it out.
func npy(
    _ description: String,
    order: String = "False",
    shape: String,
    version: UInt8 = 1,
    _ elements: [UInt8]
) -> [UInt8] {
    npy(header: "{'descr': \(description), 'fortran_order': \(order), 'shape': \(shape), }\n", version, elements)
}

func npy(header: String, _ version: UInt8 = 1, _ elements: [UInt8] = []) -> [UInt8] {
    let count = UInt32(header.utf8.count)
    let bytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes + Array(header.utf8) + elements
}

extension FixedWidthInteger {
    var little: [UInt8] { withUnsafeBytes(of: littleEndian) { [UInt8]($0) } }
    var big: [UInt8] { withUnsafeBytes(of: bigEndian) { [UInt8]($0) } }
}
