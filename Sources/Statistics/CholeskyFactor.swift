/// The lower triangular L of a small covariance matrix L·Lᵀ.
///
/// Covariances from few hosts are often singular (a quantity that never varies, or fewer hosts than quantities): a
/// pivot at or below rounding error gives a column of zeros, and the draws stay in the space the hosts span.
public struct CholeskyFactor: Sendable, Equatable {
    /// Number of rows.
    public let size: Int
    private let lower: [Double]

    /// Factors a symmetric positive semidefinite matrix.
    ///
    /// - Parameter matrix: The rows; only the lower triangle is read. Must be square.
    public init(_ matrix: [[Double]]) {
        precondition(matrix.allSatisfy { $0.count == matrix.count }, "a covariance matrix is square")
        let size = matrix.count
        var lower = [Double](repeating: 0, count: size * size)
        for column in 0..<size {
            var pivot = matrix[column][column]
            for k in 0..<column { pivot -= lower[column * size + k] * lower[column * size + k] }
            guard pivot > matrix[column][column] * 1e-12, pivot > 0 else { continue }
            let root = pivot.squareRoot()
            lower[column * size + column] = root
            for row in (column + 1)..<max(size, column + 1) {
                var entry = matrix[row][column]
                for k in 0..<column { entry -= lower[row * size + k] * lower[column * size + k] }
                lower[row * size + column] = entry / root
            }
        }
        self.size = size
        self.lower = lower
    }

    /// The entry at a row and column; 0 above the diagonal.
    public subscript(row: Int, column: Int) -> Double { lower[row * size + column] }

    /// The product with a vector.
    public func times(_ vector: [Double]) -> [Double] {
        precondition(vector.count == size, "the vector has as many entries as the factor has rows")
        return (0..<size).map { row in (0...row).reduce(0) { $0 + self[row, $1] * vector[$1] } }
    }
}
