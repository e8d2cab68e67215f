// Times whole zoo networks:
// `network-benchmarks [--threads N] [--isa I] [--plan naive|fused] [--rounds N] [--steps | --scaling] MODEL…`.
// Rounds of all models are interleaved, so a drifting machine touches all alike; the lowest and the median are shown.
// `--scaling` prints speed-up and efficiency for 1 to N threads (all usable CPUs unless --threads says), as Markdown.
// The model `rearrangements` has one step for each way to move elements.

import Glibc
import InferenceEngine
import KernelDispatch
import ModelZoo
import Quantization

var threads: Int?
var isa: String?
var kind = PlanKind.fused
var rounds = 20
var showsSteps = false
var showsScaling = false
var names: [String] = []
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--threads": threads = arguments.popFirst().flatMap { Int($0) }
    case "--isa": isa = arguments.popFirst()
    case "--plan": kind = arguments.popFirst() == "naive" ? .naive : .fused
    case "--rounds": rounds = arguments.popFirst().flatMap { Int($0) } ?? 20
    case "--steps": showsSteps = true
    case "--scaling": showsScaling = true
    default: names.append(argument)
    }
}
if names.isEmpty { names = ModelZoo.names }

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.utf8.count, 1))
}

func milliseconds(_ nanoseconds: UInt64) -> String {
    let microseconds = nanoseconds / 1000
    let fraction = String(microseconds % 1000)
    return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
}

/// Bytes that look random but are always the same.
func fillInput(of executor: Executor) {
    var state: UInt32 = 1
    for index in executor.input().indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        executor.input()[index] = UInt8(truncatingIfNeeded: state >> 24)
    }
}

struct Entry {
    var name: String
    var executor: Executor
    var times: [UInt64] = []
    var stepTimes: [UInt64]
}

let kernels = try KernelDispatch.select(cap: isa).kernels
var entries: [Entry] = []
for name in names {
    let start = now()
    let network: QuantizedNetwork
    if name == "rearrangements" {
        network = try rearrangements()
    } else {
        let built = try ModelZoo.build(name: name)
        network = try quantize(graph: built.graph, activationRanges: built.activationRanges)
    }
    let quantized = now()
    let packed = try Plan(network: network, kernels: kernels, kind: kind)
    let packedTime = now() - quantized
    // Mapped from a file, as the measuring process has it.
    let path = "/tmp/edgeprof-network-benchmarks-\(getpid())"
    try PlanWriter.write(packed, to: path)
    let written = now()
    let plan = try MappedPlan.load(path: path)
    let loaded = now()
    unlink(path)
    let executor = try Executor(plan: plan, threads: threads ?? 1, timesSteps: showsSteps)
    fillInput(of: executor)
    executor.run()
    entries.append(
        Entry(name: name, executor: executor, stepTimes: Array(repeating: .max, count: plan.stepInfos.count))
    )
    print(
        padded(name, 20),
        "quantize \(milliseconds(quantized - start)) ms, pack \(milliseconds(packedTime)) ms,",
        "load \(milliseconds(loaded - written)) ms,",
        "arena \(executor.arenaBytes), scratch \(executor.scratchBytes), weights \(plan.weightsBytes) bytes"
    )
}
if showsScaling {
    try printScaling(entries.map { ($0.name, $0.executor.plan) }, largest: threads, rounds: rounds)
    exit(0)
}
for _ in 0..<rounds {
    for index in entries.indices {
        for _ in 0..<3 {
            let start = now()
            entries[index].executor.run()
            entries[index].times.append(now() - start)
            for (step, time) in entries[index].executor.stepNanoseconds.enumerated() {
                entries[index].stepTimes[step] = min(entries[index].stepTimes[step], time)
            }
        }
    }
}
print("\(entries[0].executor.plan.instructionSet), \(kind.name) plan, \(threads ?? 1) thread(s): lowest / median ms")
for entry in entries {
    let sorted = entry.times.sorted()
    print(padded(entry.name, 20), padded(milliseconds(sorted[0]), 10), milliseconds(sorted[sorted.count / 2]))
    guard showsSteps else { continue }
    for (info, time) in zip(entry.executor.plan.stepInfos, entry.stepTimes) {
        let work = info.macs > 0 ? 2 * info.macs : info.memoryAccessBytes
        let rate = "\(time == 0 ? 0 : UInt64(work) / time) \(info.macs > 0 ? "GOP/s" : "GB/s")"
        print(
            "  ",
            padded("\(milliseconds(time)) ms", 10),
            padded(rate, 12),
            padded(info.operation, 36),
            info.inputShape,
            "->",
            info.outputShape,
            info.name
        )
    }
}
