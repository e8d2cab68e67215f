import Glibc
import NetworkGraph

/// Moves elements to other places: every output element is one input element, or a constant.
struct GatherStep: FloatStep {
    private let tables: OffsetTables
    private let rows: Int
    private let fill: Float
    private static let rowsPerTask = 256

    private init(_ output: TensorShape, fill: Float = 0, _ offset: (_ axis: Int, _ position: Int) -> Int?) {
        tables = OffsetTables(output, offset)
        rows = output.elementCount / tables.rowLength
        self.fill = fill
    }

    /// Output axis i is input axis `permutation[i]`.
    init(transposing input: TensorShape, _ permutation: [Int], _ output: TensorShape) {
        let strides = input.strides
        self.init(output) { axis, position in position * strides[permutation[axis]] }
    }

    /// A regular part of every axis.
    init(slicing input: TensorShape, _ slice: Slice, _ output: TensorShape) {
        let strides = input.strides
        self.init(output) { axis, position in (slice.starts[axis] + position * slice.steps[axis]) * strides[axis] }
    }

    /// Elements added around the input.
    init(padding input: TensorShape, _ padding: Padding, _ output: TensorShape) {
        let strides = input.strides
        var fill: Float = 0
        if case .constant(let number) = padding.mode { fill = number }
        self.init(output, fill: fill) { axis, position in
            let extent = input.dimensions[axis]
            var source = position - padding.before[axis]
            switch padding.mode {
            case .constant: guard source >= 0, source < extent else { return nil }
            case .edge: source = min(max(source, 0), extent - 1)
            case .reflect:
                source = abs(source)
                if source >= extent { source = 2 * (extent - 1) - source }
            }
            return source * strides[axis]
        }
    }

    /// The nearest element of a scaled image.
    init(resizing input: TensorShape, _ resize: Resize, _ rounding: Resize.Nearest, _ output: TensorShape) {
        let strides = input.strides
        self.init(output) { axis, position in
            guard axis >= 2 else { return position * strides[axis] }
            let extent = input.dimensions[axis]
            let coordinate = Resize.coordinate(
                of: position,
                scale: axis == 2 ? resize.scaleHeight : resize.scaleWidth,
                input: extent,
                output: output.dimensions[axis],
                resize.coordinates
            )
            let nearest =
                switch rounding {
                case .roundPreferFloor: (coordinate - 0.5).rounded(.up)
                case .roundPreferCeil: (coordinate + 0.5).rounded(.down)
                case .floor: coordinate.rounded(.down)
                case .ceil: coordinate.rounded(.up)
                }
            return Int(min(max(nearest, 0), Float(extent - 1))) * strides[axis]
        }
    }

    /// Channel c of `groups` interleaved groups.
    init(shufflingChannelsOf shape: TensorShape, groups: Int) {
        let strides = shape.strides
        let size = shape.channels / groups
        self.init(shape) { axis, position in
            axis == 1 ? (position % groups * size + position / groups) * strides[1] : position * strides[axis]
        }
    }

    var taskCount: Int { (rows + Self.rowsPerTask - 1) / Self.rowsPerTask }
    var work: Int { rows * tables.rowLength }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let length = tables.rowLength
        for row in task * Self.rowsPerTask..<min((task + 1) * Self.rowsPerTask, rows) {
            let target = outputs[0] + row * length
            guard let offset = tables.rowOffset(row) else {
                for index in 0..<length { target[index] = fill }
                continue
            }
            let source = inputs[0] + offset
            tables.last.withUnsafeBufferPointer { last in
                for index in 0..<length { target[index] = last[index] < 0 ? fill : source[last[index]] }
            }
        }
    }
}

/// Joins values along axis 1.
struct ConcatenationStep: FloatStep {
    /// Per input, elements of one image.
    private let sizes: [Int]
    private let batch: Int

    init(_ inputs: [TensorShape], _ output: TensorShape) {
        batch = output.batch
        sizes = inputs.map { $0.elementCount / $0.batch }
    }

    var taskCount: Int { batch }
    var work: Int { batch * sizes.reduce(0, +) }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        var target = outputs[0] + task * sizes.reduce(0, +)
        for (input, size) in zip(inputs, sizes) {
            target.update(from: input + task * size, count: size)
            target += size
        }
    }
}

/// Cuts axis 1 into parts.
struct SplitStep: FloatStep {
    /// Per output, elements of one image.
    private let sizes: [Int]
    private let batch: Int

    init(_ sizes: [Int], _ input: TensorShape) {
        batch = input.batch
        let plane = input.elementCount / (input.batch * input.channels)
        self.sizes = sizes.map { $0 * plane }
    }

    var taskCount: Int { batch }
    var work: Int { batch * sizes.reduce(0, +) }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        var source = inputs[0] + task * sizes.reduce(0, +)
        for (output, size) in zip(outputs, sizes) {
            (output + task * size).update(from: source, count: size)
            source += size
        }
    }
}

/// Bilinear scaling.
struct LinearResizeStep: FloatStep {
    /// Two neighbours and the weight of the second.
    private struct Pair {
        var first: Int
        var second: Int
        var fraction: Float
    }

    private let rows: [Pair]
    private let columns: [Pair]
    private let inputWidth: Int
    private let inputPlane: Int
    private let planes: Int

    init(_ resize: Resize, from input: TensorShape, to output: TensorShape) {
        func pairs(_ scale: Float, _ input: Int, _ output: Int) -> [Pair] {
            (0..<output).map { position in
                let exact = Resize.coordinate(
                    of: position,
                    scale: scale,
                    input: input,
                    output: output,
                    resize.coordinates
                )
                let coordinate = min(max(exact, 0), Float(input - 1))
                let first = Int(coordinate)
                return Pair(first: first, second: min(first + 1, input - 1), fraction: coordinate - Float(first))
            }
        }
        rows = pairs(resize.scaleHeight, input.height, output.height)
        columns = pairs(resize.scaleWidth, input.width, output.width)
        inputWidth = input.width
        inputPlane = input.height * input.width
        planes = output.batch * output.channels
    }

    var taskCount: Int { planes }
    var work: Int { planes * rows.count * columns.count * 4 }

    func run(
        task: Int,
        inputs: [UnsafeMutablePointer<Float>],
        outputs: [UnsafeMutablePointer<Float>],
        scratch: Scratch
    ) {
        let input = inputs[0] + task * inputPlane
        var target = outputs[0] + task * rows.count * columns.count
        for row in rows {
            let (upper, lower) = (input + row.first * inputWidth, input + row.second * inputWidth)
            for column in columns {
                let top = (1 - column.fraction) * upper[column.first] + column.fraction * upper[column.second]
                let bottom = (1 - column.fraction) * lower[column.first] + column.fraction * lower[column.second]
                target.pointee = (1 - row.fraction) * top + row.fraction * bottom
                target += 1
            }
        }
    }
}
