import Glibc
import KernelDispatch
import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// Plan files: what is written is read back, and nothing else is accepted.
struct PlanFileTests {
    /// A network with every kind of step in its two plans.
    private func network() throws -> QuantizedNetwork {
        var random = SplitMix(seed: 11)
        var builder = GraphBuilder(name: "everything")
        let x = try builder.addInput("image", shape: TensorShape(channels: 3, height: 12, width: 12))
        let stem = try builder.add(
            random.convolution(inputs: 3, outputs: 12, window: Window(kernel: 3, stride: 2, padding: 1), gain: 1),
            name: "stem",
            inputs: [x]
        )
        let pooled = try builder.add(.maxPool(Window(kernel: 3, stride: 1, padding: 1)), name: "pool", inputs: [stem])
        let depthwise = try builder.add(
            random.convolution(inputs: 12, outputs: 12, window: Window(kernel: 3, padding: 1), groups: 12, gain: 1),
            name: "depthwise",
            inputs: [pooled]
        )
        let sum = try builder.add(.add, name: "sum", inputs: [pooled, depthwise])
        let joined = try builder.add(.concatenate, name: "join", inputs: [sum, stem])
        let mapped = try builder.add(random.normalization(channels: 24), name: "norm", inputs: [joined])
        let mixed = try builder.add(
            random.convolution(inputs: 24, outputs: 12, window: Window(kernel: 1), gain: 1),
            name: "mix",
            inputs: [mapped]
        )
        let grouped = try builder.add(
            random.convolution(inputs: 12, outputs: 8, window: Window(kernel: 3), groups: 2, gain: 1),
            name: "grouped",
            inputs: [mixed]
        )
        let shuffled = try builder.add(.channelShuffle(groups: 4), name: "shuffle", inputs: [grouped])
        let halves = try builder.add(
            .split(sizes: [3, 5]),
            name: "split",
            inputs: [shuffled],
            outputNames: ["left", "right"]
        )
        let active = try builder.add(.activation(.relu), name: "relu", inputs: [halves[1]])
        let mean = try builder.add(
            .averagePool(Window(kernel: 2, stride: 2), countIncludesPadding: false),
            name: "mean",
            inputs: [active]
        )
        let enlarged = try addArithmetic(to: mean, &builder, &random)
        let moved = try addRearrangements(to: enlarged, &builder)
        let flat = try builder.add(.flatten, name: "flatten", inputs: [moved])
        let layer = FullyConnected(weights: random.parameter([9, builder.shape(of: flat).channels]))
        let y = try builder.add(.fullyConnected(layer), name: "classify", inputs: [flat])
        return try builder.build(outputs: [y, halves[0]]).quantizedAtRandom(&random)
    }

    /// One of each operator that combines, scales or enlarges images.
    private func addArithmetic(
        to image: ValueID,
        _ builder: inout GraphBuilder,
        _ random: inout SplitMix
    ) throws -> ValueID {
        let channels = builder.shape(of: image).channels
        let layer = ConvolutionTranspose(
            window: Window(kernel: 2, stride: 2),
            weights: random.parameter([channels, channels, 2, 2])
        )
        let large = try builder.add(.convolutionTranspose(layer), name: "enlarge", inputs: [image])
        let mean = try builder.add(.globalAveragePool, name: "squeeze", inputs: [large])
        let factors = try builder.add(.function(.sigmoid), name: "excite", inputs: [mean])
        let scaled = try builder.add(.multiply, name: "scale", inputs: [large, factors])
        let constant = try builder.add(.constant(random.parameter([1, 1, 4, 4])), name: "constant", inputs: [])
        let moved = try builder.add(.subtract, name: "move", inputs: [scaled, constant])
        let shares = try builder.add(.softmax, name: "softmax", inputs: [moved])
        let resize = Resize(
            height: 3,
            width: 3,
            scaleHeight: 0.75,
            scaleWidth: 0.75,
            mode: .linear,
            coordinates: .halfPixel
        )
        return try builder.add(.resize(resize), name: "shrink", inputs: [shares])
    }

    /// One of each operator that only moves elements.
    private func addRearrangements(to image: ValueID, _ builder: inout GraphBuilder) throws -> ValueID {
        let padding = Padding(before: [0, 0, 1, 0], after: [0, 0, 0, 2], mode: .constant(0))
        let padded = try builder.add(.pad(padding), name: "pad", inputs: [image])
        let shape = builder.shape(of: padded)
        let resize = Resize(
            height: 2 * shape.height,
            width: 2 * shape.width,
            scaleHeight: 2,
            scaleWidth: 2,
            mode: .nearest(.floor),
            coordinates: .asymmetric
        )
        let large = try builder.add(.resize(resize), name: "resize", inputs: [padded])
        let cut = Slice(starts: [0, 0, 0, 1], steps: [1, 1, 1, 1], counts: [1, 5, shape.height, shape.width])
        let sliced = try builder.add(.slice(cut), name: "slice", inputs: [large])
        let turned = try builder.add(.transpose(permutation: [0, 3, 1, 2]), name: "turn", inputs: [sliced])
        let elements = builder.shape(of: turned).elementCount
        return try builder.add(.reshape(TensorShape([1, 1, 1, elements, 1])), name: "reshape", inputs: [turned])
    }

    private func encoded(_ plan: Plan) throws -> [UInt8] {
        var bytes = try plan.encodedTables()
        bytes += UnsafeRawBufferPointer(start: plan.blob.base, count: plan.blob.count)
        return sealed(bytes)
    }

    /// The bytes with the checksum they should have.
    private func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for index in 0..<8 { bytes[PlanHeader.checksumOffset + index] = 0 }
        var checksum = PlanChecksum()
        bytes.withUnsafeBytes { checksum.add($0) }
        withUnsafeBytes(of: checksum.value.littleEndian) { value in
            for index in 0..<8 { bytes[PlanHeader.checksumOffset + index] = value[index] }
        }
        return bytes
    }

    /// Reads bytes as a mapped file's would be: aligned, and followed by memory that must not be touched.
    private func decoded(_ bytes: [UInt8], _ kernels: KernelSet) throws -> Plan {
        guard let memory = GuardedMemory(count: bytes.count) else { throw InferenceError(.system, "no memory") }
        UnsafeMutableRawBufferPointer(start: memory.base, count: bytes.count).copyBytes(from: bytes)
        return try Plan(
            base: memory.base,
            count: bytes.count,
            kernels: { _ throws(InferenceError) in kernels },
            release: { withExtendedLifetime(memory) {} }
        )
    }

    @Test func filesRoundTrip() throws {
        let network = try network()
        var random = SplitMix(seed: 12)
        let inputs = randomInputs(network, &random)
        for kernels in try usableKernels() {
            for kind in PlanKind.allCases {
                let plan = try Plan(network: network, kernels: kernels, kind: kind)
                let path = "/tmp/edgeprof-plan-\(getpid())-\(kernels.instructionSet)-\(kind.name)"
                try PlanWriter.write(plan, to: path)
                defer { unlink(path) }
                let mapped = try MappedPlan.load(path: path)
                #expect(mapped.name == plan.name && mapped.kind == kind && mapped.arenaBytes == plan.arenaBytes)
                #expect(mapped.tensors == plan.tensors && mapped.steps == plan.steps)
                #expect(mapped.inputs == plan.inputs && mapped.outputs == plan.outputs)
                #expect(mapped.weightsBytes == plan.weightsBytes)
                #expect(mapped.instructionSet == kernels.instructionSet)
                #expect(try run(mapped, inputs) == run(plan, inputs))
            }
        }
    }

    @Test func everyKindOfStepIsCovered() throws {
        let kernels = try usableKernels()[0]
        let plans = try PlanKind.allCases.map { try Plan(network: network(), kernels: kernels, kind: $0) }
        #expect(Set(plans.flatMap { $0.steps.map(\.kind) }) == Set(StepKind.allCases))
        #expect(plans[1].steps.contains { $0.prologue != nil })
    }

    @Test func unreadableFilesAreErrors() throws {
        #expect(throws: InferenceError.self) { try MappedPlan.load(path: "/nonexistent/plan") }
        #expect(throws: InferenceError.self) { try MappedPlan.load(path: "/dev/null") }
        #expect(throws: InferenceError.self) { try MappedPlan.load(path: "/tmp") }
        let kernels = try usableKernels()[0]
        let plan = try Plan(network: network(), kernels: kernels, kind: .naive)
        #expect(throws: InferenceError.self) { try PlanWriter.write(plan, to: "/nonexistent/plan") }
    }

    @Test func failedWritesLeaveNothingBehind() throws {
        let plan = try Plan(network: network(), kernels: usableKernels()[0], kind: .naive)
        let folder = "/tmp/edgeprof-plan-folder-\(getpid())"
        // The name is taken by a folder, so the last step fails.
        #expect(mkdir(folder, 0o700) == 0 && mkdir(folder + "/plan", 0o700) == 0)
        defer {
            rmdir(folder + "/plan")
            rmdir(folder)
        }
        #expect(throws: InferenceError.self) { try PlanWriter.write(plan, to: folder + "/plan") }
        guard let directory = opendir(folder) else { throw InferenceError(.system, "cannot list \(folder)") }
        defer { closedir(directory) }
        var entries = 0
        while readdir(directory) != nil { entries += 1 }
        #expect(entries == 3, "itself, its parent and the folder that was there")
    }

    @Test func plansForOtherKernelsAreRefused() throws {
        let sets = try usableKernels()
        guard let best = sets.first, let portable = sets.last, best.instructionSet != portable.instructionSet else {
            return
        }
        let bytes = try encoded(Plan(network: network(), kernels: best, kind: .fused))
        #expect(throws: InferenceError.self) { try decoded(bytes, portable) }
    }

    @Test func cutShortFilesAreErrors() throws {
        let kernels = try usableKernels()[0]
        let bytes = try encoded(Plan(network: network(), kernels: kernels, kind: .fused))
        var lengths = Array(0..<400)
        lengths += stride(from: 400, to: bytes.count, by: 61)
        for length in lengths {
            #expect(throws: InferenceError.self) { try decoded(Array(bytes.prefix(length)), kernels) }
            // The same with a length and a checksum that agree.
            guard length >= PlanHeader.recordBytes else { continue }
            var forged = Array(bytes.prefix(length))
            withUnsafeBytes(of: UInt64(length).littleEndian) { forged.replaceSubrange(24..<32, with: $0) }
            #expect(throws: InferenceError.self) { try decoded(sealed(forged), kernels) }
        }
        #expect(throws: InferenceError.self) { try decoded(bytes + [0], kernels) }
    }

    @Test func flippedBitsAreErrors() throws {
        let kernels = try usableKernels()[0]
        let bytes = try encoded(Plan(network: network(), kernels: kernels, kind: .fused))
        var random = SplitMix(seed: 13)
        for _ in 0..<3000 {
            var damaged = bytes
            damaged[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            #expect(throws: InferenceError.self) { try decoded(damaged, kernels) }
        }
    }

    /// Forged files have the right checksum: they are refused, or run without leaving their buffers.
    @Test(arguments: PlanKind.allCases) func forgedFilesNeverTrap(_ kind: PlanKind) throws {
        let kernels = try usableKernels()
        let seed = UInt64.random(in: 0 ..< .max)
        var random = SplitMix(seed: seed)
        print("forged \(kind.name) plan files: seed \(seed)")
        var accepted = 0
        for set in [kernels[0], kernels[kernels.count - 1]] {
            let plan = try Plan(network: network(), kernels: set, kind: kind)
            let bytes = try encoded(plan)
            let tables = bytes.count - plan.blob.count
            for _ in 0..<3000 {
                var forged = bytes
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    // Mostly the tables; sometimes a constant.
                    let isTable = Int.random(in: 0..<8, using: &random) > 0
                    let place = isTable ? Int.random(in: 32..<tables, using: &random) : tables
                    if Bool.random(using: &random) {
                        let index = isTable ? place : Int.random(in: tables..<bytes.count, using: &random)
                        forged[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    } else {
                        let numbers: [UInt32] = [
                            0, 1, 2, 255, 0x7FFF_FFFF, 0x8000_0000, .max, 0x7F80_0000, 0x4000_0000,
                        ]
                        let number = numbers.randomElement(using: &random) ?? 0
                        let index = place / 4 * 4
                        withUnsafeBytes(of: number.littleEndian) { forged.replaceSubrange(index..<index + 4, with: $0) }
                    }
                }
                guard let result = try? decoded(sealed(forged), set), isSmall(result) else { continue }
                accepted += 1
                let executor = try Executor(plan: result, threads: 2)
                executor.run()
                _ = executor.output()
            }
        }
        #expect(accepted > 100)
    }

    /// The same for the tables that steps find their elements by.
    @Test func forgedTablesNeverTrap() throws {
        let kernels = try usableKernels()[0]
        let seed = UInt64.random(in: 0 ..< .max)
        var random = SplitMix(seed: seed)
        print("forged tables: seed \(seed)")
        let plan = try Plan(network: network(), kernels: kernels, kind: .naive)
        let bytes = try encoded(plan)
        let blob = bytes.count - plan.blob.count
        let kinds: [StepKind] = [.add, .multiply, .softmax, .resizeLinear]
        let steps = plan.steps.filter { kinds.contains($0.kind) }
        var refused = 0
        for _ in 0..<4000 {
            var forged = bytes
            guard let step = steps.randomElement(using: &random) else { continue }
            let offset = Bool.random(using: &random) && step.multipliers > 0 ? step.multipliers : step.weights
            let index = blob + offset + Int.random(in: 0..<28, using: &random) * 8
            let number = [Int64.min, .max, -1, 0, 1, 2, 5, 1 << 31, 1 << 32].randomElement(using: &random) ?? 0
            withUnsafeBytes(of: number.littleEndian) { forged.replaceSubrange(index..<index + 8, with: $0) }
            guard let result = try? decoded(sealed(forged), kernels) else {
                refused += 1
                continue
            }
            try Executor(plan: result, threads: 2).run()
        }
        #expect(refused > 1000)
    }

    /// Whether a forged plan's work and memory are small enough to try it.
    private func isSmall(_ plan: Plan) -> Bool {
        plan.arenaBytes < 1 << 26
            && plan.steps.allSatisfy { step in
                let input = plan.tensors[step.input].channels
                let work =
                    Double(plan.tensors[step.output].elementCount) * Double(step.window.elementCount) * Double(input)
                return work < 1e8
            }
    }
}
