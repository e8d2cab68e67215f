// What scripts/check-locality.sh compares: `locality-benchmark plan MODEL ISA FILE` writes a plan file, `run FILE N` runs it
// N times, under a cache simulator, and `simulate MODEL ISA BYTES:WAYS,…` prints what the model says of one inference:
// a line for each cache, its bytes, misses if fully associative, misses if it is a level of a set-associative hierarchy.

import CacheSimulation
import Glibc
import HostInfo
import InferenceEngine
import KernelDispatch
import ModelZoo
import Quantization

func network(_ name: String) throws -> QuantizedNetwork {
    let zoo = try ModelZoo.build(name: name)
    return try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
}

func fail(_ message: String) -> Never {
    let line = "locality-benchmark: \(message)\n"
    write(2, line, line.utf8.count)
    exit(2)
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch (arguments.first, arguments.count) {
case ("plan", 4):
    let kernels = try KernelDispatch.select(cap: arguments[2]).kernels
    try PlanWriter.write(Plan(network: try network(arguments[1]), kernels: kernels, kind: .fused), to: arguments[3])
case ("run", 3):
    guard let count = Int(arguments[2]) else { fail("how often? \(arguments[2])") }
    let executor = try Executor(plan: try MappedPlan.load(path: arguments[1]))
    for _ in 0..<count { executor.run() }
case ("simulate", 4):
    guard let instructionSet = InstructionSet(rawValue: arguments[2]) else { fail("no such ISA: \(arguments[2])") }
    let levels = arguments[3].split(separator: ",").compactMap { level -> LocalitySimulation.Geometry? in
        let numbers = level.split(separator: ":").compactMap { Int($0) }
        return numbers.count == 2 ? .init(bytes: numbers[0], ways: numbers[1]) : nil
    }
    let simulation = try LocalitySimulation(
        network: try network(arguments[1]),
        kind: .fused,
        instructionSet: instructionSet,
        cacheBytes: levels.map(\.bytes),
        hierarchy: levels
    )
    print("touches \(simulation.touches) footprint \(simulation.footprintBytes)")
    for (index, level) in levels.enumerated() {
        print(level.bytes, simulation.misses(cacheBytes: level.bytes), simulation.hierarchyMisses[index])
    }
default: fail("usage: plan MODEL ISA FILE | run FILE N | simulate MODEL ISA BYTES:WAYS,…")
}
