import Glibc
import NumPyFiles
import Testing

@Suite("Reading .npy files")
struct NumPyFileTests {
    @Test("Every element type in either byte order", arguments: NumPyElementType.allCases)
    func elementTypes(type: NumPyElementType) throws {
        let numbers: [Double] =
            type == .bool ? [0, 1, 1, 0] : type.rawValue.hasPrefix("u") ? [0, 1, 200, 7] : [0, -1, 100, 7]
        for isBig in [false, true] {
            let elements = numbers.flatMap { number -> [UInt8] in
                func stored(_ value: some FixedWidthInteger) -> [UInt8] { isBig ? value.big : value.little }
                return switch type {
                case .float16: stored(Float16(number).bitPattern)
                case .float32: stored(Float(number).bitPattern)
                case .float64: stored(number.bitPattern)
                case .int8: stored(Int8(number))
                case .uint8, .bool: stored(UInt8(number))
                case .int16: stored(Int16(number))
                case .uint16: stored(UInt16(number))
                case .int32: stored(Int32(number))
                case .int64: stored(Int64(number))
                }
            }
            let file = try TemporaryFile(npy("'\(isBig ? ">" : "<")\(type.rawValue)'", shape: "(2, 2)", elements))
            let read = try NumPyFile(path: file.path)
            #expect(read.elementType == type)
            #expect(read.shape == [2, 2])
            #expect(try read.floats() == numbers.map { Float($0) })
            #expect(try read.integers() == numbers.map { Int64($0) })
            #expect(try read.floats(rows: 1..<2) == numbers[2...].map { Float($0) })
        }
    }

    @Test("Versions 1 to 3, single numbers, one axis, no elements", arguments: [1, 2, 3] as [UInt8])
    func versions(version: UInt8) throws {
        let cases: [(String, [Int], [UInt8])] = [
            ("()", [], [5]), ("(3,)", [3], [5, 6, 7]), ("(3L,)", [3], [5, 6, 7]), ("(0, 4)", [0, 4], []),
            ("( 1 ,3 )", [1, 3], [5, 6, 7]),
        ]
        for (text, shape, elements) in cases {
            let file = try TemporaryFile(npy("'|u1'", shape: text, version: version, elements))
            let read = try NumPyFile(path: file.path)
            #expect(read.shape == shape)
            #expect(try read.integers() == elements.map { Int64($0) })
        }
    }

    @Test("Fortran order is converted")
    func fortranOrder() throws {
        // numpy.arange(24, dtype='<u2').reshape(2, 3, 4), saved with order='F'.
        let elements = (0..<4).flatMap { c in (0..<3).flatMap { b in (0..<2).map { a in UInt16(a * 12 + b * 4 + c) } } }
        for (type, stored) in [("<u2", elements.flatMap(\.little)), (">u2", elements.flatMap(\.big))] {
            let file = try TemporaryFile(npy("'\(type)'", order: "True", shape: "(2, 3, 4)", stored))
            let read = try NumPyFile(path: file.path)
            #expect(try read.integers() == (0..<24).map { Int64($0) })
            #expect(try read.floats(rows: 1..<2) == (12..<24).map { Float($0) })
        }
    }

    @Test("Fractions are no whole numbers")
    func fractions() throws {
        for number in [0.5, .nan, .infinity, 1e30] {
            let file = try TemporaryFile(npy("'<f8'", shape: "(1,)", number.bitPattern.little))
            let read = try NumPyFile(path: file.path)
            #expect(throws: NumPyError.self) { try read.integers() }
        }
    }

    @Test("A file cut short after it was opened is an error, not a crash")
    func shrinking() throws {
        let file = try TemporaryFile(npy("'<f4'", shape: "(1000,)", [UInt8](repeating: 0, count: 4000)))
        let read = try NumPyFile(path: file.path)
        try #require(truncate(file.path, 100) == 0)
        #expect(throws: NumPyError.self) { try read.floats() }
    }
}
