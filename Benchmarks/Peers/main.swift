// One side of `make bench-peers`: runs an ONNX file on edgeprof's engine when told to, and says how long each inference took.
// usage: peer-worker MODEL.onnx THREADS     then on standard input: a line with seconds, answered by a line of nanoseconds.

import Glibc
import InferenceEngine
import KernelDispatch
import ONNXImport

func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

func stop(_ message: String) -> Never {
    write("peer-worker: \(message)", to: 2)
    exit(1)
}

/// A line, at once: the other side waits for it.
func write(_ line: String, to descriptor: Int32) {
    var line = line + "\n"
    line.withUTF8 { _ = Glibc.write(descriptor, $0.baseAddress, $0.count) }
}

/// The plan of an int8 ONNX file for this processor, mapped from a file as the measuring process has it.
func mappedPlan(_ path: String) throws -> Plan {
    guard case .quantized(let network) = try ONNXImporter.load(path: path) else { stop("\(path) is not quantized") }
    let packed = try Plan(network: network, kernels: KernelDispatch.select().kernels, kind: .fused)
    let file = "/tmp/edgeprof-peer-worker-\(getpid())"
    defer { unlink(file) }
    try PlanWriter.write(packed, to: file)
    return try MappedPlan.load(path: file)
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let threads = Int(arguments[2]) else { stop("usage: peer-worker MODEL.onnx THREADS") }
do {
    let executor = try Executor(plan: try mappedPlan(arguments[1]), threads: threads)
    var state: UInt32 = 1
    for index in executor.input().indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        executor.input()[index] = UInt8(truncatingIfNeeded: state >> 24)
    }
    executor.run()
    write("ready \(executor.plan.instructionSet)", to: 1)
    while let line = readLine() {
        guard let seconds = Double(line), seconds > 0, seconds < 3600 else { stop("not a number of seconds: \(line)") }
        let end = now() + UInt64(seconds * 1e9)
        var times: [UInt64] = []
        while times.count < 3 || now() < end {
            let start = now()
            executor.run()
            times.append(now() - start)
        }
        write(times.map(String.init).joined(separator: " "), to: 1)
    }
} catch {
    stop("\(error)")
}
