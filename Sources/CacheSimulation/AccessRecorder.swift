import KernelInterface

/// Turns accesses to memory into touches of cache lines and counts them.
///
/// Unchecked: it belongs to the one thread that runs the plan.
final class AccessRecorder: @unchecked Sendable {
    /// Bytes of a cache line.
    static let lineBytes = 64
    private static let lineShift = 6

    /// What is counted of one step.
    struct StepCounts {
        var touches: UInt64 = 0
        /// By cache.
        var misses: [UInt64]
    }

    /// Stands for the stack memory that some kernels widen or interleave in, which is the same in every call.
    let stack = UnsafeMutableRawPointer.allocate(byteCount: AccessRecorder.stackBytes, alignment: 64)
    /// The most that any kernel takes: AVX2's product (`EDGEPROF_PRODUCT_SCRATCH_BYTES`).
    static let stackBytes = 204_800
    /// What the others take (`EDGEPROF_SCRATCH_BYTES`).
    static let smallStackBytes = 65_536

    private let capacities: [Int]
    private var lruStack = LRUStack()
    private var hierarchy: [SetAssociativeCache]
    private var lastLine = UInt.max
    private var step = 0
    private(set) var steps: [StepCounts] = []
    private(set) var histogram = DistanceHistogram()
    /// Misses of each cache of the hierarchy.
    private(set) var hierarchyMisses: [UInt64]

    /// Makes a recorder that counts misses of fully associative caches of so many lines, and of a hierarchy.
    init(capacities: [Int], hierarchy: [SetAssociativeCache]) {
        self.capacities = capacities
        self.hierarchy = hierarchy
        hierarchyMisses = [UInt64](repeating: 0, count: hierarchy.count)
    }

    deinit { stack.deallocate() }

    /// Different lines touched so far.
    var lineCount: Int { lruStack.lineCount }

    /// Forgets the counts, not what the caches hold.
    func beginRun(steps count: Int) {
        let none = StepCounts(misses: [UInt64](repeating: 0, count: capacities.count))
        steps = [StepCounts](repeating: none, count: count)
        histogram = DistanceHistogram()
        hierarchyMisses = [UInt64](repeating: 0, count: hierarchy.count)
    }

    /// A step begins.
    func begin(_ step: Int) { self.step = step }

    /// Touches the lines of some bytes, in ascending order; touches of one line in a row are one.
    @inline(__always)
    func touch(_ start: UnsafeRawPointer, _ count: Int) {
        let first = UInt(bitPattern: start)
        var line = first >> Self.lineShift
        let last = (first &+ UInt(bitPattern: max(count, 1)) &- 1) >> Self.lineShift
        while line <= last {
            if line != lastLine { touch(line: line) }
            line &+= 1
        }
    }

    private func touch(line: UInt) {
        lastLine = line
        let distance = lruStack.touch(line)
        histogram.add(distance)
        steps[step].touches &+= 1
        let lines = distance ?? .max
        var index = 0
        while index < capacities.count {
            if lines >= capacities[index] { steps[step].misses[index] &+= 1 }
            index &+= 1
        }
        // A level sees what the one before it missed.
        index = 0
        while index < hierarchy.count {
            if hierarchy[index].touch(line) { return }
            hierarchyMisses[index] &+= 1
            index &+= 1
        }
    }
}
