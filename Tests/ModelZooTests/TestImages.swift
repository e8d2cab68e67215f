/// Images with structure at several scales, normalised to mean 0 and variance 1, the same in every run.
func testImage(size: Int, seed: UInt64) -> [Float] {
    var state = seed
    func noise() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(state >> 40) / Float(1 << 23) - 1
    }
    var image = [Float](repeating: 0, count: 3 * size * size)
    for (cells, strength) in [(2, Float(1)), (6, 1), (16, 0.7), (size, 0.4)] {
        for channel in 0..<3 {
            let grid = (0..<((cells + 1) * (cells + 1))).map { _ in noise() * strength }
            for y in 0..<size {
                for x in 0..<size {
                    let (v, u) = (Float(y * cells) / Float(size), Float(x * cells) / Float(size))
                    let (row, column) = (Int(v), Int(u))
                    let (dv, du) = (v - Float(row), u - Float(column))
                    let corner = row * (cells + 1) + column
                    let top = grid[corner] * (1 - du) + grid[corner + 1] * du
                    let bottom = grid[corner + cells + 1] * (1 - du) + grid[corner + cells + 2] * du
                    image[(channel * size + y) * size + x] += top * (1 - dv) + bottom * dv
                }
            }
        }
    }
    let mean = image.reduce(0, +) / Float(image.count)
    let variance = image.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(image.count)
    return image.map { min(max(($0 - mean) / variance.squareRoot(), -2.12), 2.64) }
}
