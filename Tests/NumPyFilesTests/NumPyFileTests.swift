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
            let elements = numbers.flatMap { stored($0, as: type, isBig) }
            let file = try TemporaryFile(npy("'\(isBig ? ">" : "<")\(type.rawValue)'", shape: "(2, 2)", elements))
            let read = try NumPyFile(path: file.path)
            #expect(read.elementType == type)
            #expect(read.shape == [2, 2])
            #expect(try read.floats() == numbers.map { Float($0) })
            #expect(try read.integers() == numbers.map { Int64($0) })
            #expect(try read.floats(rows: 1..<2) == numbers[2...].map { Float($0) })
        }
    }

    private func stored(_ number: Double, as type: NumPyElementType, _ isBig: Bool) -> [UInt8] {
        let little =
            switch type {
            case .float16: Float16(number).bitPattern.little
            case .float32: Float(number).bitPattern.little
            case .float64: number.bitPattern.little
            case .int8: Int8(number).little
            case .uint8, .bool: UInt8(number).little
            case .int16: Int16(number).little
            case .uint16: UInt16(number).little
            case .int32: Int32(number).little
            case .int64: Int64(number).little
            }
        return isBig ? little.reversed() : little
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
        var elements: [UInt16] = []
        for last in 0..<4 {
            for middle in 0..<3 {
                for first in 0..<2 { elements.append(UInt16(first * 12 + middle * 4 + last)) }
            }
        }
        let (little, big) = (elements.flatMap { $0.little }, elements.flatMap { $0.big })
        for (type, stored) in [("<u2", little), (">u2", big)] {
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
