import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// The maps of operators that move elements: what they say, and that forged ones are refused or harmless.
struct ElementMapTests {
    private func map(_ operation: Rearrangement, _ input: [Int], _ output: [Int]) -> ElementMap {
        let layouts = [input, output].map { StoredLayout(TensorShape($0), pixelStride: TensorShape($0).channels) }
        return ElementMap(operation, layouts[0], layouts[1], fill: 0)
    }

    @Test func whatLiesTogetherIsOneAxis() {
        let one = [ElementAxis(count: 720, inputStride: 1, outputStride: 1)]
        #expect(map(.reshape, [2, 3, 4, 5, 6], [2, 3, 120]).axes == one)
        #expect(map(.reshape, [2, 1, 4, 90], [720]).axes == one)
        #expect(map(.reshape, [8, 90], [1, 1, 720]).axes == one)
        #expect(map(.reshape, [2, 3, 20, 6], [2, 3, 6, 20]).axes.count == 1, "extents that share no factors")
        #expect(map(.transpose([0, 1, 2]), [8, 9, 10], [8, 9, 10]).axes == one)
        #expect(map(.transpose([2, 1, 0]), [1, 72, 10], [10, 72, 1]).axes == one)
    }

    @Test func slicesAreDistancesAndBackwardOnesTables() {
        let forward = Slice(starts: [0, 1, 2, 0], steps: [1, 1, 2, 1], counts: [1, 2, 3, 6])
        let cut = map(.slice(forward), [1, 4, 8, 6], [1, 2, 3, 6])
        #expect(cut.base == 1 + 2 * 24)
        #expect(cut.axes.map(\.inputStride) == [48, 4, 1] && cut.axes.allSatisfy { $0.table == nil })
        let backward = Slice(starts: [0, 0, 7, 0], steps: [1, 1, -3, 1], counts: [1, 4, 3, 6])
        let turned = map(.slice(backward), [1, 4, 8, 6], [1, 4, 3, 6])
        #expect(turned.axes.map(\.table) == [[168, 96, 24], nil])
    }

    @Test func nearestElementsAreONNXs() {
        let nearest: [(Resize.Nearest, [Int])] = [
            (.roundPreferFloor, [0, 0, 1, 2, 2, 3, 3]), (.roundPreferCeil, [0, 1, 1, 2, 3, 3, 3]),
            (.floor, [0, 0, 1, 2, 2, 3, 3]), (.ceil, [0, 1, 2, 2, 3, 3, 3]),
        ]
        for (rounding, expected) in nearest {
            let coordinates = [-0.5, 0.5, 1.25, 2, 2.5, 3.1, 1e30].map { Float($0) }
            #expect(coordinates.map { rounding.element(at: $0, of: 4) } == expected, "\(rounding)")
        }
    }

    /// A plan of one pad over a slice: constants, tables, an output with gaps.
    private func plan() throws -> Plan {
        var random = SplitMix(seed: 5000)
        var builder = GraphBuilder(name: "forged")
        let x = try builder.addInput("x", shape: TensorShape(batch: 2, channels: 6, height: 5, width: 4))
        let padding = Padding(before: [0, 0, 1, 2], after: [0, 1, 0, 1], mode: .constant(0.5))
        let padded = try builder.add(.pad(padding), name: "pad", inputs: [x])
        let turned = try builder.add(.transpose(permutation: [0, 2, 3, 1]), name: "turn", inputs: [padded])
        let network = try builder.build(outputs: [turned]).quantizedAtRandom(&random)
        return try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
    }

    /// The plan with other constants.
    private func forged(_ plan: Plan, _ blob: [UInt8], steps: [PlanStep]? = nil) throws -> Plan {
        var builder = BlobBuilder(capacity: blob.count)
        _ = builder.append(blob)
        return try Plan(
            name: plan.name,
            kind: plan.kind,
            kernels: plan.kernels,
            tensors: plan.tensors,
            steps: steps ?? plan.steps,
            inputs: plan.inputs,
            outputs: plan.outputs,
            arenaBytes: plan.arenaBytes,
            blob: builder.finish()
        )
    }

    private func blob(_ plan: Plan) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: plan.blob.base, count: plan.blob.count - KernelLimits.overread))
    }

    /// Every word of every map, and of every table, replaced by numbers meant to do harm.
    @Test func forgedMapsNeverLeaveTheirBuffers() throws {
        let plan = try plan()
        let original = blob(plan)
        #expect(try forged(plan, original).steps == plan.steps)
        var random = SplitMix(seed: 5001)
        var refused = 0
        for width in [4, 8] {
            for word in 0..<original.count / width {
                for number in [-1, 0, 1, 2, 7, 64, 127, 1 << 20, 1 << 30, 1 << 31, 1 << 60, Int.max, Int.min] {
                    var blob = original
                    withUnsafeBytes(of: number.littleEndian) {
                        blob.replaceSubrange(word * width..<(word + 1) * width, with: $0.prefix(width))
                    }
                    guard let result = try? forged(plan, blob) else {
                        refused += 1
                        continue
                    }
                    // Runs between pages that may not be touched.
                    for threads in [1, 3] { _ = try run(result, [random.bytes(240)], threads: threads) }
                }
            }
        }
        #expect(refused > 100)
    }

    @Test func mapsThatDoNotFitAreRefused() throws {
        let plan = try plan()
        let original = blob(plan)
        for (index, step) in plan.steps.enumerated() {
            let axes = step.groups
            for groups in [0, axes - 1, axes + 1, ElementMap.largestAxisCount + 1, Int.max] {
                var steps = plan.steps
                steps[index].groups = groups
                #expect(throws: InferenceError.self) { try forged(plan, original, steps: steps) }
            }
            for offset in [-64, 1, original.count, 1 << 40] {
                var steps = plan.steps
                steps[index].weights = offset
                #expect(throws: InferenceError.self) { try forged(plan, original, steps: steps) }
            }
            // Axes in another order would write elements twice or not at all.
            var blob = original
            let (first, second) = (step.weights + 16, step.weights + 48)
            for byte in 0..<32 { blob.swapAt(first + byte, second + byte) }
            #expect(throws: InferenceError.self) { try forged(plan, blob) }
        }
    }
}
