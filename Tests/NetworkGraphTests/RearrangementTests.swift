import NetworkGraph
import Testing

/// Shapes of reshapes, transposes, slices and pads.
@Suite struct RearrangementTests {
    private func shape(_ operation: Operation, _ input: [Int]) throws -> [Int] {
        try operation.outputShapes(forInputs: [TensorShape(input)], node: "node")[0].dimensions
    }

    private func expectRejected(_ operation: Operation, _ input: [Int]) {
        #expect(throws: GraphError.self, "\(operation) of \(input)") { try shape(operation, input) }
    }

    @Test func reshapes() throws {
        #expect(try shape(.reshape(TensorShape([6, 2, 2])), [2, 3, 4]) == [6, 2, 2])
        expectRejected(.reshape(TensorShape([6, 2, 3])), [2, 3, 4])
        expectRejected(.reshape(TensorShape([-6, -4])), [2, 3, 4])
        expectRejected(.reshape(TensorShape([Int.max, 2])), [2, 3, 4])
        expectRejected(.reshape(TensorShape([1, 1, 1, 1, 1, 6, 4])), [2, 3, 4])
    }

    @Test func transposes() throws {
        #expect(try shape(.transpose(permutation: [2, 0, 1]), [2, 3, 4]) == [4, 2, 3])
        for permutation in [[], [0, 1], [0, 1, 1], [0, 1, 3], [-1, 0, 1], [0, 1, 2, 3]] {
            expectRejected(.transpose(permutation: permutation), [2, 3, 4])
        }
    }

    @Test func slices() throws {
        let slice = Slice(starts: [1, 8], steps: [1, -3], counts: [1, 3])
        #expect(try shape(.slice(slice), [2, 9]) == [1, 3])
        for (starts, steps, counts) in [
            ([0, 9], [1, 1], [1, 1]), ([0, 0], [1, 0], [1, 1]), ([0, 0], [1, 1], [1, 0]), ([0, 0], [1, 4], [1, 4]),
            ([0, 2], [1, -1], [1, 4]), ([0], [1], [1]), ([0, -1], [1, 1], [1, 1]), ([0, 0], [1, Int.max], [1, 2]),
            ([0, 0], [1, Int.min], [1, 2]), ([0, 0], [1, 1], [1, Int.max]),
        ] {
            expectRejected(.slice(Slice(starts: starts, steps: steps, counts: counts)), [2, 9])
        }
    }

    @Test func paddings() throws {
        #expect(try shape(.pad(Padding(before: [0, 2], after: [1, 3], mode: .edge)), [2, 9]) == [3, 14])
        #expect(try shape(.pad(Padding(before: [0, 8], after: [1, 0], mode: .reflect)), [2, 9]) == [3, 17])
        expectRejected(.pad(Padding(before: [0, 9], after: [0, 0], mode: .reflect)), [2, 9])
        expectRejected(.pad(Padding(before: [0, -1], after: [0, 0], mode: .edge)), [2, 9])
        expectRejected(.pad(Padding(before: [0], after: [0], mode: .edge)), [2, 9])
        expectRejected(.pad(Padding(before: [0, 1], after: [0, 0], mode: .constant(.nan))), [2, 9])
        expectRejected(.pad(Padding(before: [0, Int.max], after: [0, Int.max], mode: .edge)), [2, 9])
    }
}
