import NumPyFiles
import Testing

@Suite("Bad .npy files")
struct HostileNumPyFileTests {
    private static let sound = npy("'<f4'", shape: "(2, 3)", [UInt8](repeating: 1, count: 24))

    private func problem(_ bytes: [UInt8]) throws -> NumPyError? {
        let file = try TemporaryFile(bytes)
        let path = file.path
        let outcome = Result { () throws(NumPyError) -> [Float] in try NumPyFile(path: path).floats() }
        guard case .failure(let error) = outcome else { return nil }
        #expect(error.message.hasPrefix(path))
        #expect(!error.message.contains("\n"))
        return error
    }

    @Test("Cut short anywhere")
    func truncation() throws {
        #expect(try problem(Self.sound) == nil)
        for count in 0..<Self.sound.count {
            #expect(try problem(Array(Self.sound[..<count])) != nil, "\(count) bytes")
        }
    }

    @Test("Any bit flipped: read or refused, never a crash")
    func bitFlips() throws {
        for bit in 0..<(Self.sound.count * 8) {
            var bytes = Self.sound
            bytes[bit / 8] ^= 1 << (bit % 8)
            _ = try problem(bytes)
        }
    }

    @Test(
        "Shapes beyond what the file holds, or any file",
        arguments: [
            "(7,)", "(9223372036854775807,)", "(9223372036854775808,)", "(4294967296, 4294967296)",
            "(0, 9223372036854775807, 9223372036854775807)", "(-1,)", "(1.5,)", "(2, 'x')", "(2, 3", "2", "None",
            "(" + String(repeating: "1, ", count: 65) + ")",
        ]
    )
    func shapes(shape: String) throws {
        #expect(try problem(npy("'<f4'", shape: shape, [UInt8](repeating: 0, count: 24)))?.code == .malformed)
    }

    @Test("Pickled objects are refused and say so")
    func objects() throws {
        let error = try #require(try problem(npy("'|O'", shape: "(1,)", Array("cos\nsystem\n".utf8))))
        #expect(error.code == .unsupported)
        #expect(error.message.contains("pickled"))
    }

    @Test(
        "Types that are not read",
        arguments: ["'<c8'", "'<U5'", "'<M8[ns]'", "[('a', '<i4')]", "'<f16'", "''", "'f44'"]
    )
    func types(description: String) throws {
        #expect(try problem(npy(description, shape: "(1,)", [UInt8](repeating: 0, count: 64)))?.code == .unsupported)
    }

    @Test(
        "Headers that are not what they should be",
        arguments: [
            "", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': True}",
            "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}", "__import__('os')", "{'descr': '<f4",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
        ]
    )
    func headers(header: String) throws {
        #expect(try problem(npy(header: header, 1, [0, 0, 0, 0]))?.code == .malformed)
    }

    @Test("A header that claims gigabytes is refused before it is read")
    func headerLengthBomb() throws {
        let magic = [0x93] + Array("NUMPY".utf8)
        #expect(try problem(magic + [2, 0, 0xff, 0xff, 0xff, 0xff])?.code == .malformed)
        #expect(try problem(magic + [9, 0, 10, 0, 0, 0])?.code == .unsupported)
    }

    @Test("Other files are named for what they are")
    func otherFiles() throws {
        #expect(
            try #require(try problem(Array("PK\u{3}\u{4}".utf8) + [UInt8](repeating: 0, count: 60))).message.contains(
                ".npz"
            )
        )
        #expect(throws: NumPyError.self) { try NumPyFile(path: "/nowhere/x.npy") }
        #expect(throws: NumPyError.self) { try NumPyFile(path: "/") }
        #expect(throws: NumPyError.self) { try NumPyFile(path: "/dev/zero") }
    }
}
