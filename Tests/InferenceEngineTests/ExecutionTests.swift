import CAllocationCounter
import Glibc
import KernelInterface
import ModelZoo
import NetworkGraph
import Quantization
import Synchronization
import Testing

@testable import InferenceEngine

struct ExecutionTests {
    @Test func tasksAreTakenOnceAndOnlyInTheirRun() {
        let counters = TaskCounters(steps: 2)
        #expect(counters.take(step: 0, of: 3, run: 1) == nil, "no run has begun")
        counters.begin(run: 1)
        #expect((0..<4).map { _ in counters.take(step: 0, of: 3, run: 1) } == [0, 1, 2, nil])
        #expect(counters.take(step: 1, of: 3, run: 1) == 0)
        #expect((0..<3).map { _ in counters.finish(step: 0, of: 3) } == [false, false, true])
        #expect(!counters.isClosed(step: 0, run: 1))
        counters.close(step: 0, run: 1)
        #expect(counters.isClosed(step: 0, run: 1) && !counters.isClosed(step: 1, run: 1))
        #expect(!counters.isOver(step: 0, run: 1))
        counters.begin(run: 2)
        #expect(counters.isOver(step: 0, run: 1) && !counters.isClosed(step: 0, run: 2))
        #expect(counters.take(step: 0, of: 3, run: 1) == nil, "a late thread finds nothing")
        #expect(counters.take(step: 0, of: 3, run: 2) == 0)
    }

    @Test func gatesLetEveryoneThrough() {
        // With and without spinning, so that both ways of waiting are used.
        for spins in [0, 10_000] {
            let gate = Gate(spins: spins)
            let seen = gate.current
            gate.open()
            gate.wait(since: seen)
            #expect(gate.current == seen + 1)
        }
    }

    /// More threads than processors, many short runs: threads sleep, wake, come late.
    @Test func crowdedTeamsFinishEveryRun() throws {
        var random = SplitMix(seed: 5)
        let graph = try RandomGraph.make(seed: 5, operators: 12)
        let network = try graph.quantizedAtRandom(&random)
        let inputs = randomInputs(network, &random)
        let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
        let expected = try run(plan, inputs)
        let executors = try (0..<3).map { _ in try Executor(plan: plan, threads: 7) }
        for executor in executors {
            for (index, input) in inputs.enumerated() {
                _ = executor.input(index).update(from: channelsLast(input, plan.tensors[plan.inputs[index]]))
            }
        }
        for _ in 0..<200 {
            for executor in executors { executor.run() }
        }
        for executor in executors { #expect(plan.outputs.indices.map { executor.output($0) } == expected) }
    }

    @Test func runsAllocateNothing() throws {
        guard edgeprof_thread_allocations() >= 0 else { return }
        let built = try ModelZoo.build(name: "shufflenet_v2_x0_5", imageSize: 64)
        // A network of the zoo, and some with operators that only files bring.
        var networks = [try quantize(graph: built.graph, activationRanges: built.activationRanges)]
        for seed in 0..<4 as Range<UInt64> {
            var random = SplitMix(seed: seed)
            networks.append(try RandomGraph.make(seed: seed, operators: 30).quantizedAtRandom(&random))
        }
        for (network, kind) in networks.flatMap({ network in PlanKind.allCases.map { (network, $0) } }) {
            for threads in [1, 2] {
                let plan = try Plan(network: network, kernels: usableKernels()[0], kind: kind)
                let executor = try Executor(plan: plan, threads: threads, timesSteps: true)
                executor.run()
                let before = edgeprof_thread_allocations()
                for _ in 0..<10 { executor.run() }
                #expect(edgeprof_thread_allocations() == before, "\(kind.name), \(threads) threads")
            }
        }
    }

    @Test func threadCountsOutOfRangeAreErrors() throws {
        var random = SplitMix(seed: 6)
        let network = try RandomGraph.make(seed: 6, operators: 3).quantizedAtRandom(&random)
        let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
        for threads in [0, -1, Executor.largestThreadCount + 1] {
            #expect(throws: InferenceError.self) { try Executor(plan: plan, threads: threads) }
        }
    }

    @Test func networksWithoutNodesReturnTheirInput() throws {
        let value = QuantizedValue(
            name: "x",
            shape: TensorShape(channels: 5, height: 2, width: 3),
            quantization: QuantizationParameters(scale: 1, zeroPoint: 9)
        )
        let network = QuantizedNetwork(
            name: "nothing",
            values: [value],
            nodes: [],
            inputs: [ValueID(0)],
            outputs: [ValueID(0)]
        )
        let input = (0..<30).map { UInt8($0 * 7) }
        for threads in [1, 2] {
            let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .fused)
            #expect(try run(plan, [input], threads: threads) == [input])
        }
    }

    @Test func inputsAndOutputsAreRealNumbersInNCHW() throws {
        var builder = GraphBuilder(name: "identity")
        let x = try builder.addInput("x", shape: TensorShape(batch: 2, channels: 3, height: 2, width: 2))
        let y = try builder.add(.activation(.relu), name: "relu", inputs: [x])
        let graph = try builder.build(outputs: [y])
        var network = try quantize(graph: graph, activationRanges: [-12...12, -12...12])
        network.values[0].quantization = QuantizationParameters(scale: 0.125, zeroPoint: -28, storage: .signed8)
        network.values[1].quantization = network.values[0].quantization
        let executor = try Executor(plan: Plan(network: network, kernels: usableKernels()[0], kind: .naive))
        let reals = (0..<24).map { Float($0 - 12) * 0.5 }
        executor.setInput(reals: reals)
        executor.run()
        #expect(executor.outputReals() == reals.map { max($0, 0) })
        executor.setInput(reals: Array(repeating: .nan, count: 24))
        executor.run()
        #expect(executor.outputReals() == Array(repeating: 0, count: 24))
        executor.setInput(reals: Array(repeating: .infinity, count: 24))
        executor.run()
        #expect(executor.output() == Array(repeating: 255, count: 24))
    }
}
