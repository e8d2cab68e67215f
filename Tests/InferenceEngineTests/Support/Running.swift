import HostInfo
import KernelDispatch
import KernelInterface
import NetworkGraph
import Quantization
import Testing

@testable import InferenceEngine

/// The kernels of every instruction set that runs here, best first.
func usableKernels() throws -> [KernelSet] {
    try KernelDispatch.usableInstructionSets().map { try KernelDispatch.select(cap: $0.rawValue).kernels }
}

/// NCHW to NHWC.
func channelsLast(_ elements: [UInt8], _ tensor: PlanTensor) -> [UInt8] {
    var result = elements
    let pixels = tensor.height * tensor.width
    for n in 0..<tensor.batch {
        for c in 0..<tensor.channels {
            for p in 0..<pixels {
                result[(n * pixels + p) * tensor.channels + c] = elements[(n * tensor.channels + c) * pixels + p]
            }
        }
    }
    return result
}

/// Runs a plan on inputs in NCHW, the arena filled with garbage first.
func run(_ plan: Plan, _ inputs: [[UInt8]], threads: Int = 1) throws -> [[UInt8]] {
    let executor = try Executor(plan: plan, threads: threads)
    executor.arenaBuffer.initializeMemory(as: UInt8.self, repeating: 0xA5)
    for (index, input) in inputs.enumerated() {
        let stored = channelsLast(input, plan.tensors[plan.inputs[index]])
        _ = executor.input(index).update(from: stored)
    }
    executor.run()
    return plan.outputs.indices.map { executor.output($0) }
}

/// Random inputs for a network, NCHW.
func randomInputs(_ network: QuantizedNetwork, _ random: inout SplitMix) -> [[UInt8]] {
    network.inputs.map { random.bytes(network[$0].shape.elementCount) }
}

/// The largest difference of two results in steps.
func largestDifference(_ left: [[UInt8]], _ right: [[UInt8]]) -> Int {
    zip(left, right).reduce(left.count == right.count ? 0 : 256) { largest, pair in
        zip(pair.0, pair.1).reduce(pair.0.count == pair.1.count ? largest : 256) {
            max($0, abs(Int($1.0) - Int($1.1)))
        }
    }
}

/// Checks the naive plan on every instruction set against the oracle, bit for bit.
func expectMatchesInterpreter(_ network: QuantizedNetwork, _ inputs: [[UInt8]], _ note: String) throws {
    var interpreter = Interpreter(network)
    let expected = interpreter.run(inputs)
    for kernels in try usableKernels() {
        let plan = try Plan(network: network, kernels: kernels, kind: .naive)
        let actual = try run(plan, inputs)
        #expect(actual == expected, "\(note) on \(kernels.instructionSet)")
    }
}
