import Glibc
import NetworkGraph

/// A tensor addressed by coordinates.
struct Tensor {
    var shape: TensorShape
    var elements: [Float]

    subscript(_ position: [Int]) -> Double {
        var index = 0
        for (coordinate, extent) in zip(position, shape.dimensions) { index = index * extent + coordinate }
        return Double(elements[index])
    }
}

extension TensorShape {
    /// Every coordinate, in row-major order.
    var positions: [[Int]] {
        dimensions.reduce([[]]) { prefixes, extent in prefixes.flatMap { prefix in (0..<extent).map { prefix + [$0] } }
        }
    }

    func contains(_ position: [Int]) -> Bool { zip(position, dimensions).allSatisfy { $0 >= 0 && $0 < $1 } }
}

/// An operator computed element by element in double precision, as its documentation says.
func plainLoops(_ operation: Operation, _ x: [Tensor], _ outputs: [TensorShape]) -> [[Float]] {
    func each(_ body: ([Int]) -> Double) -> [[Float]] { [outputs[0].positions.map { Float(body($0)) }] }
    func repeated(_ tensor: Tensor, _ p: [Int]) -> Double {
        tensor[zip(p, tensor.shape.dimensions).map { $1 == 1 ? 0 : $0 }]
    }
    switch operation {
    case .convolution(let layer):
        let weights = Tensor(shape: layer.weights.shape, elements: layer.weights.elements())
        let w = layer.window
        return each { p in
            var sum = Double(layer.bias?.elements()[p[1]] ?? 0)
            let perGroup = weights.shape.channels
            let group = p[1] / (outputs[0].channels / layer.groups)
            for c in 0..<perGroup {
                for i in 0..<w.kernelHeight {
                    for j in 0..<w.kernelWidth {
                        let source = [
                            p[0], group * perGroup + c, p[2] * w.strideHeight - w.padTop + i * w.dilationHeight,
                            p[3] * w.strideWidth - w.padLeft + j * w.dilationWidth,
                        ]
                        if x[0].shape.contains(source) { sum += x[0][source] * weights[[p[1], c, i, j]] }
                    }
                }
            }
            return sum
        }
    case .convolutionTranspose(let layer):
        return [scattered(layer, x[0], outputs[0])]
    case .fullyConnected(let layer):
        let weights = Tensor(shape: layer.weights.shape, elements: layer.weights.elements())
        return each { p in
            (0..<x[0].shape.channels).reduce(Double(layer.bias?.elements()[p[1]] ?? 0)) {
                $0 + x[0][[p[0], $1]] * weights[[p[1], $1]]
            }
        }
    case .batchNormalization(let n):
        return each { p in
            let c = p.count > 1 ? p[1] : 0
            let deviation = (Double(n.variance.elements()[c]) + Double(n.epsilon)).squareRoot()
            return Double(n.scale.elements()[c]) * (x[0][p] - Double(n.mean.elements()[c])) / deviation
                + Double(n.shift.elements()[c])
        }
    case .activation(.relu): return each { max(0, x[0][$0]) }
    case .activation(.clip(let lower, let upper)): return each { min(max(x[0][$0], Double(lower)), Double(upper)) }
    case .function(let function):
        return each { p in
            let value = x[0][p]
            switch function {
            case .leakyRelu(let slope): return value >= 0 ? value : value * Double(slope)
            case .sigmoid: return 1 / (1 + exp(-value))
            case .hardSigmoid(let alpha, let beta): return max(0, min(1, Double(alpha) * value + Double(beta)))
            case .hardSwish: return value * max(0, min(1, value / 6 + 0.5))
            case .tanh: return tanh(value)
            }
        }
    case .maxPool(let window): return each { p in covered(window, x[0], p).elements.max() ?? .nan }
    case .averagePool(let window, let countsPadding):
        return each { p in
            let (elements, padded) = covered(window, x[0], p)
            return elements.reduce(0, +) / Double(countsPadding ? elements.count + padded : elements.count)
        }
    case .globalAveragePool:
        return each { p in
            let plane = TensorShape([x[0].shape.height, x[0].shape.width]).positions
            return plane.reduce(0) { $0 + x[0][[p[0], p[1]] + $1] } / Double(plane.count)
        }
    case .add: return each { repeated(x[0], $0) + repeated(x[1], $0) }
    case .subtract: return each { repeated(x[0], $0) - repeated(x[1], $0) }
    case .multiply: return each { repeated(x[0], $0) * repeated(x[1], $0) }
    case .constant(let parameter): return [parameter.elements()]
    case .softmax:
        return each { p in
            let powers = (0..<x[0].shape.channels).map { c in
                var q = p
                q[1] = c
                return exp(x[0][q])
            }
            return powers[p[1]] / powers.reduce(0, +)
        }
    case .concatenate:
        return each { p in
            var q = p
            for part in x {
                if q[1] < part.shape.channels { return part[q] }
                q[1] -= part.shape.channels
            }
            return .nan
        }
    case .split(let sizes):
        return outputs.indices.map { part in
            let start = sizes[0..<part].reduce(0, +)
            return outputs[part].positions.map { p in
                var q = p
                q[1] += start
                return Float(x[0][q])
            }
        }
    case .channelShuffle(let groups):
        return each { p in
            var q = p
            q[1] = p[1] % groups * (x[0].shape.channels / groups) + p[1] / groups
            return x[0][q]
        }
    case .flatten, .reshape: return [x[0].elements]
    case .transpose(let permutation):
        return each { p in
            var q = p
            for (axis, source) in permutation.enumerated() { q[source] = p[axis] }
            return x[0][q]
        }
    case .slice(let slice): return each { p in x[0][p.indices.map { slice.starts[$0] + p[$0] * slice.steps[$0] }] }
    case .pad(let padding):
        return each { p in
            var q = p.indices.map { p[$0] - padding.before[$0] }
            for axis in q.indices {
                let last = x[0].shape.dimensions[axis] - 1
                switch padding.mode {
                case .constant(let number): if q[axis] < 0 || q[axis] > last { return Double(number) }
                case .edge: q[axis] = min(max(q[axis], 0), last)
                case .reflect: q[axis] = q[axis] < 0 ? -q[axis] : q[axis] > last ? 2 * last - q[axis] : q[axis]
                }
            }
            return x[0][q]
        }
    case .resize(let resize): return each { p in resized(resize, x[0], p, outputs[0]) }
    }
}

/// A transposed convolution as its definition: each input element adds its filter to the output.
private func scattered(_ layer: ConvolutionTranspose, _ x: Tensor, _ output: TensorShape) -> [Float] {
    let weights = Tensor(shape: layer.weights.shape, elements: layer.weights.elements())
    let w = layer.window
    var sums = [[Int]: Double]()
    let (inputs, results) = (x.shape.channels / layer.groups, output.channels / layer.groups)
    for p in x.shape.positions {
        for o in 0..<results {
            for i in 0..<w.kernelHeight {
                for j in 0..<w.kernelWidth {
                    let group = p[1] / inputs
                    let target = [
                        p[0], group * results + o, p[2] * w.strideHeight + i * w.dilationHeight - w.padTop,
                        p[3] * w.strideWidth + j * w.dilationWidth - w.padLeft,
                    ]
                    sums[target, default: 0] += x[p] * weights[[group * results + o, p[1] % inputs, i, j]]
                }
            }
        }
    }
    return output.positions.map { Float((sums[$0] ?? 0) + Double(layer.bias?.elements()[$0[1]] ?? 0)) }
}

/// A window's elements inside the input, and how many lie in its padding.
private func covered(_ w: Window, _ x: Tensor, _ p: [Int]) -> (elements: [Double], padded: Int) {
    var (elements, padded) = ([Double](), 0)
    for i in 0..<w.kernelHeight {
        for j in 0..<w.kernelWidth {
            let row = p[2] * w.strideHeight - w.padTop + i * w.dilationHeight
            let column = p[3] * w.strideWidth - w.padLeft + j * w.dilationWidth
            if x.shape.contains([p[0], p[1], row, column]) {
                elements.append(x[[p[0], p[1], row, column]])
            } else if row < x.shape.height + w.padBottom, column < x.shape.width + w.padRight {
                padded += 1
            }
        }
    }
    return (elements, padded)
}

private func resized(_ resize: Resize, _ x: Tensor, _ p: [Int], _ output: TensorShape) -> Double {
    func coordinate(_ axis: Int, _ scale: Float) -> Double {
        let (input, count) = (x.shape.dimensions[axis], output.dimensions[axis])
        return Double(
            Resize.coordinate(of: p[axis], scale: scale, input: input, output: count, resize.coordinates)
        )
    }
    let (y, x0) = (coordinate(2, resize.scaleHeight), coordinate(3, resize.scaleWidth))
    let (height, width) = (x.shape.height, x.shape.width)
    func at(_ row: Double, _ column: Double) -> Double {
        x[[p[0], p[1], Int(min(max(row, 0), Double(height - 1))), Int(min(max(column, 0), Double(width - 1)))]]
    }
    switch resize.mode {
    case .nearest(.floor): return at(floor(y), floor(x0))
    case .nearest(.ceil): return at(ceil(y), ceil(x0))
    case .nearest(.roundPreferFloor): return at(ceil(y - 0.5), ceil(x0 - 0.5))
    case .nearest(.roundPreferCeil): return at(floor(y + 0.5), floor(x0 + 0.5))
    case .linear:
        let (row, column) = (min(max(y, 0), Double(height - 1)), min(max(x0, 0), Double(width - 1)))
        let (i, j) = (floor(row), floor(column))
        let (fy, fx) = (row - i, column - j)
        return (1 - fy) * ((1 - fx) * at(i, j) + fx * at(i, j + 1))
            + fy * ((1 - fx) * at(i + 1, j) + fx * at(i + 1, j + 1))
    }
}
