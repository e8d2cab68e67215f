import KernelInterface

/// A step made ready to run: pointers resolved, work cut into tasks.
///
/// Plain memory, no references.
enum ProgramStep {
    case gemm(GemmStep)
    case depthwise(DepthwiseStep)
    case pool(PoolStep)
    case combination(CombinationStep)
    case broadcast(BroadcastStep)
    case softmax(SoftmaxStep)
    case resizeLinear(ResizeLinearStep)
    case depthToSpace(DepthToSpaceStep)
    case constant(ConstantStep)
    case affine(AffineStep)
    case lookup(LookupStep)
    case rearrange(RearrangeStep)

    /// Independent pieces of work; any thread may do any of them.
    var taskCount: Int {
        switch self {
        case .gemm(let step): step.taskCount
        case .depthwise(let step): step.taskCount
        case .pool(let step): step.taskCount
        case .combination(let step): step.taskCount
        case .broadcast(let step): step.taskCount
        case .softmax(let step): step.taskCount
        case .resizeLinear(let step): step.taskCount
        case .depthToSpace(let step): step.taskCount
        case .constant(let step): step.taskCount
        case .affine(let step): step.taskCount
        case .lookup(let step): step.taskCount
        case .rearrange(let step): step.taskCount
        }
    }

    /// Scratch memory a thread needs.
    var scratchBytes: Int {
        switch self {
        case .gemm(let step): step.scratchBytes
        case .depthwise(let step): step.scratchBytes
        case .pool(let step): step.taps.scratchBytes
        case .broadcast(let step): step.scratchBytes
        case .resizeLinear(let step): step.scratchBytes
        case .combination, .softmax, .depthToSpace, .constant, .affine, .lookup, .rearrange: 0
        }
    }

    /// Does one piece of work.
    func run(task: Int, kernels: UnsafePointer<KernelSet>, scratch: UnsafeMutableRawPointer) {
        switch self {
        case .gemm(let step): step.run(task, kernels, scratch)
        case .depthwise(let step): step.run(task, kernels, scratch)
        case .pool(let step): step.run(task, kernels, scratch)
        case .combination(let step): step.run(task, kernels)
        case .broadcast(let step): step.run(task, kernels, scratch)
        case .softmax(let step): step.run(task)
        case .resizeLinear(let step): step.run(task, scratch)
        case .depthToSpace(let step): step.run(task)
        case .constant(let step): step.run(task)
        case .affine(let step): step.run(task, kernels)
        case .lookup(let step): step.run(task, kernels)
        case .rearrange(let step): step.run(task)
        }
        if let observer = kernels.pointee.observer { report(task: task, scratch: scratch, to: observer) }
    }

    /// Tells an observer what a step without kernels has read and written; the others told it as they went.
    private func report(task: Int, scratch: UnsafeMutableRawPointer, to observer: AccessObserver) {
        switch self {
        case .softmax(let step): step.report(task, to: observer)
        case .resizeLinear(let step): step.report(task, scratch, to: observer)
        case .depthToSpace(let step): step.report(task, to: observer)
        case .constant(let step): step.report(task, to: observer)
        case .rearrange(let step): step.report(task, to: observer)
        case .gemm, .depthwise, .pool, .combination, .broadcast, .affine, .lookup: break
        }
    }
}

/// Rows cut into blocks of one size, the last one shorter.
struct Blocks {
    let total: Int
    let size: Int

    init(_ total: Int, size: Int) {
        self.total = total
        self.size = max(size, 1)
    }

    var count: Int { total.pieces(of: size) }

    /// Start and length of a block.
    func block(_ index: Int) -> (start: Int, count: Int) {
        let start = index &* size
        return (start, min(size, total &- start))
    }
}
