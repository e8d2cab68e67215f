extension Parameter {
    /// The same tensor with each row multiplied by a factor, still produced on demand.
    ///
    /// - Parameter factors: One a row.
    /// - Returns: A parameter of the same shape; traps when the number of factors is not the number of rows.
    public func scalingRows(by factors: [Float]) -> Parameter {
        precondition(factors.count == rowCount, "one factor a row")
        return Parameter(shape: shape) { [self] row, buffer in
            readRow(row, into: buffer)
            let factor = factors[row]
            for index in 0..<rowLength { buffer[index] *= factor }
        }
    }
}
