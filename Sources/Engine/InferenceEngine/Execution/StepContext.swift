import KernelInterface
import Quantization

/// What steps are prepared from: the plan, and where its memory is.
struct StepContext {
    let plan: Plan
    let arena: UnsafeMutableRawPointer
    let threads: Int

    /// Pieces of work per thread: enough that a late thread does not hold the others up for long.
    static let tasksPerThread = 4
    /// Elements below which a task of its own costs more than it saves: moved bytes, a microsecond's worth.
    static let smallestTask = 16_384

    func pointer(_ tensor: PlanTensor) -> UnsafeMutablePointer<UInt8> {
        (arena + tensor.offset).assumingMemoryBound(to: UInt8.self)
    }

    func constants<Element: BitwiseCopyable>(_ offset: Int, _ type: Element.Type) -> UnsafePointer<Element> {
        (plan.blob.base + offset).assumingMemoryBound(to: type)
    }

    func quantization(_ step: PlanStep, _ tensor: PlanTensor) -> OutputQuantization {
        OutputQuantization(
            zeroPoint: tensor.quantization.engineZeroPoint,
            lowest: step.lowest,
            highest: step.highest
        )
    }

    /// How many tasks so much work is worth.
    func taskLimit(elements: Int) -> Int {
        threads == 1 ? 1 : min(threads * Self.tasksPerThread, max(elements / Self.smallestTask, 1))
    }

    /// How many tasks a matrix product is worth: 64 products take about as long as an element elsewhere, and weights
    /// have to be read.
    func taskLimit(products: Double, weightBytes: Int) -> Int {
        taskLimit(elements: Int(min(products / 64 + Double(weightBytes), 0x1p40)))
    }

    /// Cuts rows into at most so many blocks that come out even for the threads, none above `largest` rows unless the
    /// number of blocks asks for it.
    func blocks(_ total: Int, atMost count: Int, unit: Int = 1, largest: Int = .max) -> Blocks {
        let units = total.pieces(of: unit)
        let smallest = units.pieces(of: max(count, 1))
        // Of a large number of blocks, one more or less does not matter.
        guard threads > 1, count > 1, units <= 4096 else { return Blocks(total, size: smallest * unit) }
        var best = (span: Int.max, size: smallest)
        for size in smallest...max(min(units.pieces(of: threads), largest / unit), smallest) {
            // The time of the thread that gets the most, in units.
            let span = units.pieces(of: size).pieces(of: threads) * size
            if span < best.span { best = (span, size) }
        }
        return Blocks(total, size: best.size * unit)
    }

    func prepare(_ step: PlanStep) -> ProgramStep {
        let input = plan.tensors[step.input]
        let output = plan.tensors[step.output]
        switch step.kind {
        case .convolution, .fullyConnected: return .gemm(GemmStep(self, step, input, output))
        case .depthwiseConvolution: return .depthwise(DepthwiseStep(self, step, input, output))
        case .maxPool, .averagePool: return .pool(PoolStep(self, step, input, output))
        case .add, .multiply:
            guard let index = step.second else { preconditionFailure("validated: there are two operands") }
            let second = plan.tensors[index]
            return output.isShaped(like: input, second)
                ? .combination(CombinationStep(self, step, input, second, output))
                : .broadcast(BroadcastStep(self, step, input, second, output))
        case .resizeLinear: return .resizeLinear(ResizeLinearStep(self, step, input, output))
        case .depthToSpace: return .depthToSpace(DepthToSpaceStep(self, step, input, output))
        case .constant: return .constant(ConstantStep(self, step, output))
        case .softmax: return .softmax(SoftmaxStep(self, step, input, output))
        case .channelAffine: return .affine(AffineStep(self, step, input, output))
        case .lookup: return .lookup(LookupStep(self, step, input, output))
        case .copy, .channelShuffle, .flatten, .reshape, .transpose, .slice, .pad, .resizeNearest:
            return .rearrange(RearrangeStep(self, step, input, output))
        }
    }
}
