import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// A step that only moves elements, by an `ElementMap`.
///
/// Two or more of the axes make a plane that one loop goes through; the others, the lines, count planes. Planes are cut
/// where there are fewer lines than threads want tasks.
struct RearrangeStep {
    /// An axis made ready to run.
    struct Axis {
        var count = 1
        var input = 0
        var output = 0
        var table: UnsafePointer<Int32>?

        /// Where an element lies in the input, negative for the fill value.
        @inline(__always)
        func offset(_ index: Int) -> Int { table.map { Int($0[index]) } ?? index &* input }
    }

    private let input: UnsafePointer<UInt8>
    private let output: UnsafeMutablePointer<UInt8>
    private let fill: UInt8
    private let lines: InlineArray<12, Axis>
    private let lineAxisCount: Int
    private let plane: RearrangePlane
    /// The plane's cut axis in pieces, and their number: counting them divides.
    private let pieces: Blocks
    private let pieceCount: Int
    private let blocks: Blocks
    /// Whether lines are pixels at even distances, each two rows of bytes to interleave, as a shuffle of two groups has.
    private let interleavesLines: Bool

    var taskCount: Int { blocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        let map: ElementMap
        switch step.kind {
        case .copy: map = .copy(input, output)
        case .channelShuffle: map = .channelShuffle(input, output, groups: step.groups)
        case .flatten: map = .flatten(input, output)
        default: map = ElementMap(context.plan.blob, at: step.weights, axes: step.groups)
        }
        var axes = map.axes.map { Axis(count: $0.count, input: $0.inputStride, output: $0.outputStride, table: nil) }
        if step.kind.isMapped {
            for index in axes.indices {
                axes[index].table = ElementMap.table(context.plan.blob, at: step.weights, axis: index).map {
                    context.constants($0, Int32.self)
                }
            }
        }
        self.input = UnsafePointer(context.pointer(input)) + map.base
        self.output = context.pointer(output)
        fill = map.fill
        let plane = RearrangePlane(takingFrom: &axes)
        self.plane = plane
        var lines = InlineArray<12, Axis>(repeating: Axis())
        for index in axes.indices { lines[index] = axes[index] }
        self.lines = lines
        lineAxisCount = axes.count
        let count = axes.reduce(1) { $0 * $1.count }
        let tasks = context.taskLimit(elements: output.elementCount)
        let size = plane.cutCount.pieces(of: tasks.pieces(of: count)).rounded(upTo: plane.cutUnit)
        pieces = Blocks(plane.cutCount, size: size)
        pieceCount = pieces.count
        blocks = context.blocks(count * pieceCount, atMost: tasks)
        interleavesLines =
            plane.interleavesLines && axes.count == 1 && pieces.count == 1 && axes.allSatisfy { $0.table == nil }
    }

    func run(_ task: Int) {
        if interleavesLines {
            let ((start, count), axis) = (blocks.block(task), lines[0])
            plane.interleaveLines(
                input + start &* axis.input,
                output + start &* axis.output,
                count: count,
                sourceStep: axis.input,
                targetStep: axis.output
            )
            return
        }
        forEachPiece(of: task) { source, target, piece in plane.run(source, target, fill, piece) }
    }

    /// Tells an observer what `run` has read and written.
    func report(_ task: Int, to observer: AccessObserver) {
        forEachPiece(of: task) { source, target, piece in plane.report(source, target, piece, to: observer) }
    }

    /// Calls with the source, nil for the fill value, the target and the extent of each piece of a plane.
    @inline(__always)
    private func forEachPiece(
        of task: Int,
        _ body: (UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>, Range<Int>) -> Void
    ) {
        let (start, count) = blocks.block(task)
        for index in start..<(start &+ count) {
            var (line, piece) = (index, 0)
            if pieceCount > 1 { (line, piece) = index.quotientAndRemainder(dividingBy: pieceCount) }
            var source = 0
            var target = 0
            var isFilled = false
            var axis = lineAxisCount &- 1
            while axis >= 0 {
                var position = line
                if axis > 0 { (line, position) = line.quotientAndRemainder(dividingBy: lines[axis].count) }
                let offset = lines[axis].offset(position)
                isFilled = isFilled || offset < 0
                source &+= offset
                target &+= position &* lines[axis].output
                axis &-= 1
            }
            let (first, length) = pieces.block(piece)
            body(isFilled ? nil : input + source, output + target, first..<(first &+ length))
        }
    }
}
