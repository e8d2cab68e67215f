import NumPyFiles
import Testing

@Suite("Writing .npy files")
struct NumPyWriterTests {
    @Test("Exactly NumPy's bytes")
    func bytes() throws {
        let file = try TemporaryFile()
        try NumPyWriter.write([1, -2] as [Float], shape: [2], to: file.path)
        // numpy.save of numpy.array([1, -2], dtype='<f4').
        let text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
        let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
        #expect(
            try file.bytes
                == [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + [
                    0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0,
                ]
        )
    }

    @Test("What is written is read", arguments: [[], [1], [0], [2, 3], [3, 1, 2, 5]])
    func roundTrip(shape: [Int]) throws {
        let count = shape.reduce(1, *)
        let file = try TemporaryFile()
        let floats = (0..<count).map { Float($0) / 3 }
        try NumPyWriter.write(floats, shape: shape, to: file.path)
        #expect(try NumPyFile(path: file.path).shape == shape)
        #expect(try NumPyFile(path: file.path).floats() == floats)
        try NumPyWriter.write((0..<count).map { Int8($0 - 4) }, shape: shape, to: file.path)
        #expect(try NumPyFile(path: file.path).integers() == (0..<count).map { Int64($0 - 4) })
        try NumPyWriter.write((0..<count).map { UInt8($0) }, shape: shape, to: file.path)
        #expect(try NumPyFile(path: file.path).elementType == .uint8)
        try NumPyWriter.write((0..<count).map { Int64($0) << 40 }, shape: shape, to: file.path)
        #expect(try NumPyFile(path: file.path).integers() == (0..<count).map { Int64($0) << 40 })
        #expect(try file.bytes.count % 64 == (count * 8) % 64)
    }

    @Test("A place that cannot be written to is an error")
    func failure() {
        #expect(throws: NumPyError.self) { try NumPyWriter.write([1] as [Float], shape: [1], to: "/nowhere/x.npy") }
        #expect(throws: NumPyError.self) { try NumPyWriter.write([1] as [Float], shape: [1], to: "/dev/full") }
    }
}
