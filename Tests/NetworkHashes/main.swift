// What whole networks give, as hashes that another processor's can be compared with (docs/cross.md). No Foundation, so it
// builds for every architecture the engine does.
//
//   network-hashes kernels                what the processor offers, best first; runs each one's multiply instruction
//   network-hashes hashes ISA…            a line for each network, plan, instruction set and thread count
//   network-hashes plan NETWORK ISA FILE  writes a plan file for edgeprof-measure
//   network-hashes record FILE            reads the record edgeprof-measure wrote
//   network-hashes counters FILE          checks one taken where cycles and instructions are counted (scripts/test-pmu.sh)

import Glibc
import HostInfo
import InferenceEngine
import KernelDispatch

/// Ends the program with a line on standard error.
func fail(_ message: String, code: Int32 = 1) -> Never {
    let line = Array("network-hashes: \(message)\n".utf8)
    _ = write(2, line, line.count)
    exit(code)
}

let words = Array(CommandLine.arguments.dropFirst())
do {
    switch words.first {
    case "kernels" where words.count == 1:
        let sets = KernelDispatch.usableInstructionSets().map(\.rawValue)
        // To be found is one thing, to be there another: an instruction the processor lacks ends the program.
        for peak in MultiplyPeak.all where sets.contains(peak.instructionSet) { _ = peak.run(1_000) }
        print(sets.joined(separator: " "))
    case "hashes" where words.count > 1:
        let kernels = try words.dropFirst().map { try KernelDispatch.select(cap: $0).kernels }
        for subject in Subject.all { try printHashes(of: subject, kernels: kernels) }
    case "plan" where words.count == 4:
        guard let subject = Subject.all.first(where: { $0.name == words[1] }) else { fail("no network \(words[1])") }
        let kernels = try KernelDispatch.select(cap: words[2]).kernels
        try PlanWriter.write(Plan(network: subject.network(), kernels: kernels, kind: .fused), to: words[3])
    case "record" where words.count == 2:
        try printRecord(path: words[1])
    case "counters" where words.count == 2:
        if try !checkCounters(path: words[1]) { exit(1) }
    default: fail("kernels | hashes ISA… | plan NETWORK ISA FILE | record FILE | counters FILE", code: 2)
    }
} catch {
    fail("\(words.joined(separator: " ")): \(error)")
}
