// From the start of a process to its first result, for Benchmarks/Start/start.py.
// usage: start-worker FILE             runs an int8 ONNX file or a packed plan once, says so, and where the time went
//        start-worker --pack ONNX PLAN writes a packed plan

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
    print("start-worker: \(message)")
    exit(1)
}

/// Where the time goes.
struct Stopwatch {
    /// Names of the parts and the microseconds they took.
    private(set) var parts: [String] = []
    private var last = now()

    /// Ends a part; the next begins.
    mutating func lap(_ name: String) {
        let moment = now()
        parts.append("\(name) \((moment - last) / 1000)")
        last = moment
    }
}

func packed(_ path: String, _ watch: inout Stopwatch) throws -> Plan {
    guard case .quantized(let network) = try ONNXImporter.load(path: path) else { stop("\(path) is not quantized") }
    watch.lap("import")
    let plan = try Plan(network: network, kernels: KernelDispatch.select().kernels, kind: .fused)
    watch.lap("pack")
    return plan
}

do {
    let arguments = Array(CommandLine.arguments.dropFirst())
    var watch = Stopwatch()
    if arguments.count == 3, arguments[0] == "--pack" {
        try PlanWriter.write(try packed(arguments[1], &watch), to: arguments[2])
    } else if arguments.count == 1 {
        let path = arguments[0]
        let plan = path.hasSuffix(".onnx") ? try packed(path, &watch) : try MappedPlan.load(path: path)
        watch.lap("load")
        let executor = try Executor(plan: plan)
        for index in executor.input().indices { executor.input()[index] = UInt8(truncatingIfNeeded: index) }
        watch.lap("prepare")
        executor.run()
        watch.lap("run")
        // Written at once and looked at, so that the inference cannot be left out.
        print("ready \(executor.output().max() ?? 0): \(watch.parts.joined(separator: ", ")) us")
        fflush(nil)
        _ = readLine()
        // What is left is not anybody's first result.
        _exit(0)
    } else {
        stop("usage: start-worker FILE | --pack ONNX PLAN")
    }
} catch {
    stop("\(error)")
}
