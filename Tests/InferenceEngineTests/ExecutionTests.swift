import CAllocationCounter
import Glibc
import HostInfo
import KernelInterface
import ModelZoo
import NetworkGraph
import Quantization
import Synchronization
import Testing

@testable import InferenceEngine

struct ExecutionTests {
    @Test func tasksAreTakenOnceAndOnlyInTheirRun() {
        let counters = TaskCounters(steps: 2, threads: 1)
        func take(_ step: Int, _ run: UInt32) -> Int? { counters.take(step: step, of: 3, run: run, thread: 0) }
        #expect((0..<4).map { _ in take(0, 1) } == [0, 1, 2, nil])
        #expect(take(1, 1) == 0)
        #expect((0..<3).map { _ in counters.finish(step: 0, of: 3) } == [false, false, true])
        #expect(!counters.isClosed(step: 0, run: 1))
        counters.close(step: 0, run: 1)
        #expect(counters.isClosed(step: 0, run: 1) && !counters.isClosed(step: 1, run: 1))
        #expect(!counters.isClosed(step: 0, run: 2))
        #expect(take(0, 2) == 0)
        #expect(take(0, 1) == nil, "a late thread finds nothing")
        #expect((0..<3).map { _ in counters.finish(step: 0, of: 3) } == [false, false, true], "counted anew")
        counters.close(step: 0, run: 2)
        #expect(counters.isClosed(step: 0, run: 1), "a late thread goes on")
    }

    @Test func runNumbersComeRoundAgain() {
        let counters = TaskCounters(steps: 1, threads: 1)
        func take(_ run: UInt32) -> Int? { counters.take(step: 0, of: 1, run: run, thread: 0) }
        for run in [0x7000_0000, 0xE000_0000, .max, 0, 1] as [UInt32] {
            #expect(!counters.isClosed(step: 0, run: run))
            #expect(take(run) == 0 && take(run) == nil && take(run &- 1) == nil)
            counters.close(step: 0, run: run)
            #expect(counters.isClosed(step: 0, run: run) && counters.isClosed(step: 0, run: run &- 1))
        }
    }

    @Test(arguments: [1, 2, 3, 5, 8], [1, 2, 3, 4, 7, 16])
    func threadsTakeTheirOwnShareThenTheRest(threads: Int, tasks: Int) {
        let counters = TaskCounters(steps: 1, threads: threads)
        for (run, first) in (0..<threads).enumerated() {
            let number = UInt32(run + 1)
            let own = tasks * first / threads..<tasks * (first + 1) / threads
            let order = (0..<tasks).compactMap { _ in
                counters.take(step: 0, of: tasks, run: number, thread: first)
            }
            #expect(order.sorted() == Array(0..<tasks), "each once")
            #expect(Array(order.prefix(own.count)) == Array(own), "its own first")
            for thread in 0..<threads { #expect(counters.take(step: 0, of: tasks, run: number, thread: thread) == nil) }
        }
    }

    @Test func gatesLetEveryoneThrough() throws {
        // On one CPU nobody spins for two: both ways of waiting are used.
        for cpus in [1, 4] {
            let waiter = Waiter(Gate(SpinPolicy(CPUBudget(affinityCount: cpus))))
            SpinPolicy.begin(threads: 2)
            defer { SpinPolicy.end(threads: 2) }
            try waiter.run {
                usleep(20_000)
                #expect(!waiter.hasPassed)
                waiter.isOpen.store(true, ordering: .sequentiallyConsistent)
                waiter.gate.wake()
            }
            #expect(waiter.hasPassed)
        }
    }

    @Test func spinningDependsOnTheCPUsThereReallyAre() {
        func spins(_ affinity: Int, _ quota: Double?, _ threads: Int) -> Int {
            SpinPolicy(CPUBudget(affinityCount: affinity, quota: quota)).spins(workingThreads: threads)
        }
        let (long, short) = (SpinPolicy.longSpins, SpinPolicy.shortSpins)
        #expect([1, 2, 4, 5].map { spins(4, nil, $0) } == [long, long, long, 0])
        // 150 % of the time: two threads run side by side, but not all the time.
        #expect([1, 2, 3].map { spins(4, 1.5, $0) } == [long, short, 0])
        #expect([1, 2, 3].map { spins(4, 2, $0) } == [long, long, 0])
        #expect([1, 2].map { spins(4, 0.5, $0) } == [short, 0])
        #expect([1, 2].map { spins(1, 8, $0) } == [long, 0])
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

    /// Notes which steps ended.
    private final class Notes: StepListener {
        var steps: [Int] = []
        func stepEnded(_ index: Int) { steps.append(index) }
    }

    @Test func aListenerHearsEachStepOnceInOrder() throws {
        var random = SplitMix(seed: 7)
        let network = try RandomGraph.make(seed: 7, operators: 12).quantizedAtRandom(&random)
        let plan = try Plan(network: network, kernels: usableKernels()[0], kind: .naive)
        for threads in [1, 3] {
            let notes = Notes()
            let executor = try Executor(plan: plan, threads: threads, listener: notes)
            for _ in 0..<20 {
                notes.steps = []
                executor.run()
                #expect(notes.steps == Array(plan.stepInfos.indices), "\(threads) threads")
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

/// A thread that waits at a gate until it is told.
private final class Waiter: Sendable {
    let gate: Gate
    let isOpen = Atomic(false)
    private let isThrough = Atomic(false)

    var hasPassed: Bool { isThrough.load(ordering: .acquiring) }

    init(_ gate: Gate) { self.gate = gate }

    /// Starts the thread, runs `body` and waits for the thread to end.
    func run(_ body: () -> Void) throws {
        var thread = pthread_t()
        let own = Unmanaged.passRetained(self)
        let created = pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument else { return nil }
                let waiter = Unmanaged<Waiter>.fromOpaque(argument).takeRetainedValue()
                waiter.gate.wait { waiter.isOpen.load(ordering: .sequentiallyConsistent) }
                waiter.isThrough.store(true, ordering: .releasing)
                return nil
            },
            own.toOpaque()
        )
        try #require(created == 0)
        body()
        pthread_join(thread, nil)
    }
}
