import Glibc
import InferenceEngine
import KernelInterface

/// FNV-1a of outputs, 64 bits, each output led by its length.
func hash(_ outputs: [[UInt8]]) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    for output in outputs {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: output.count >> shift)) }
        for byte in output { add(byte) }
    }
    return hash
}

/// Prints `network plan instruction-set threads hash` for each way to run a network.
func printHashes(of subject: Subject, kernels: [KernelSet]) throws {
    let network = try subject.network()
    var random = SplitMix(seed: 1)
    let inputs = randomInputs(network, &random)
    for set in kernels {
        for kind in PlanKind.allCases {
            let plan = try Plan(network: network, kernels: set, kind: kind)
            for threads in 1...2 {
                let executor = try Executor(plan: plan, threads: threads)
                for (index, input) in inputs.enumerated() { executor.setInput(stored: input, index) }
                executor.run()
                let outputs = plan.outputs.indices.map { executor.output($0) }
                // A network that says the same whatever it sees would agree with anything.
                guard subject.isRandom || Set(outputs.joined()).count > 10 else { fail("\(subject.name) says nothing") }
                let value = String(hash(outputs), radix: 16)
                let padding = String(repeating: "0", count: 16 - value.count)
                print(subject.name, kind.name, set.instructionSet, threads, padding + value)
            }
        }
    }
    fflush(nil)
}
