import Statistics
import Testing

@Suite struct CholeskyFactorTests {
    @Test(arguments: [
        [[4, 2, 0.6], [2, 5, -1], [0.6, -1, 3]],
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        // Singular: the second quantity is twice the first, the third never varies.
        [[1, 2, 0], [2, 4, 0], [0, 0, 0]],
        [[0, 0, 0], [0, 2, 1], [0, 1, 2]],
    ])
    func timesItsTransposeIsTheMatrix(matrix: [[Double]]) {
        let factor = CholeskyFactor(matrix)
        for row in 0..<3 {
            for column in 0..<3 {
                let product = (0..<3).reduce(0) { $0 + factor[row, $1] * factor[column, $1] }
                #expect(abs(product - matrix[row][column]) < 1e-12)
            }
        }
    }

    @Test func multipliesVectors() {
        #expect(CholeskyFactor([[4, 2], [2, 5]]).times([1, 2]) == [2, 5])
    }
}
