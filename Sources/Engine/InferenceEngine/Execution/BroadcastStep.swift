import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// The sum or product of two tensors one of which is repeated along some axes (`BroadcastWalk`).
///
/// An operand repeated from row to row has a stride of 0. One repeated along the row is spread in scratch memory first.
struct BroadcastStep {
    private let kernel: CombinationKernel
    /// The walk's loops, four numbers each.
    private let loops: UnsafePointer<Int64>
    private let columns: Int
    private let rowLoop: Int
    /// Whether an operand repeats one element along a row.
    private let spreadsLeft, spreadsRight: Bool
    private let blocks: Blocks

    /// Elements of scratch memory that a repeated element is spread over.
    private static let spreadCount = 4096

    var taskCount: Int { blocks.count }
    var scratchBytes: Int { spreadsLeft || spreadsRight ? Self.spreadCount + KernelLimits.overread : 0 }

    init(_ context: StepContext, _ step: PlanStep, _ left: PlanTensor, _ right: PlanTensor, _ output: PlanTensor) {
        kernel = CombinationKernel(context, step, left, right, output)
        loops = context.constants(step.weights, Int64.self)
        columns = Int(loops[0])
        rowLoop = Int(loops[4])
        spreadsLeft = loops[1] == 0
        spreadsRight = loops[2] == 0
        blocks = context.blocks(
            output.elementCount / columns,
            atMost: context.taskLimit(elements: output.elementCount)
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>, _ scratch: UnsafeMutableRawPointer) {
        var (row, rest) = blocks.block(task)
        let spread = scratch.assumingMemoryBound(to: UInt8.self)
        while rest > 0 {
            let (outer, first) = row.quotientAndRemainder(dividingBy: rowLoop)
            let count = min(rowLoop &- first, rest)
            combine(outer, first, count, spread, kernels)
            row &+= count
            rest &-= count
        }
    }

    /// Combines `count` rows from row `first` of the outer loops' iteration `outer`.
    private func combine(
        _ outer: Int,
        _ first: Int,
        _ count: Int,
        _ spread: UnsafeMutablePointer<UInt8>,
        _ kernels: UnsafePointer<KernelSet>
    ) {
        let strides = (left: Int(loops[5]), right: Int(loops[6]), output: Int(loops[7]))
        var left = kernel.left + first &* strides.left
        var right = kernel.right + first &* strides.right
        var output = kernel.output + first &* strides.output
        var rest = outer
        for loop in 2..<BroadcastWalk.loopCount where rest > 0 {
            let numbers = loops + 4 &* loop
            let (next, index) = rest.quotientAndRemainder(dividingBy: Int(numbers[0]))
            left += index &* Int(numbers[1])
            right += index &* Int(numbers[2])
            output += index &* Int(numbers[3])
            rest = next
        }
        guard spreadsLeft || spreadsRight else {
            kernel.run(
                (left, strides.left),
                (right, strides.right),
                into: (output, strides.output),
                rows: count,
                columns: columns,
                kernels
            )
            return
        }
        // As many whole rows at once as the scratch memory holds, or pieces of one.
        let width = min(columns, Self.spreadCount)
        let height = Self.spreadCount / width
        var row = 0
        while row < count {
            let rows = min(height, count &- row)
            for index in 0..<rows {
                let element = spreadsLeft ? left[index &* strides.left] : right[index &* strides.right]
                memset(spread + index &* width, Int32(element), width)
            }
            if let observer = kernels.pointee.observer {
                for index in 0..<rows {
                    observer.touch(spreadsLeft ? left + index &* strides.left : right + index &* strides.right, 1)
                    observer.touch(spread + index &* width, width)
                }
            }
            var column = 0
            while column < columns {
                kernel.run(
                    spreadsLeft ? (UnsafePointer(spread), width) : (left + column, strides.left),
                    spreadsRight ? (UnsafePointer(spread), width) : (right + column, strides.right),
                    into: (output + column, strides.output),
                    rows: rows,
                    columns: min(width, columns &- column),
                    kernels
                )
                column &+= width
            }
            left += rows &* strides.left
            right += rows &* strides.right
            output += rows &* strides.output
            row &+= rows
        }
    }
}
