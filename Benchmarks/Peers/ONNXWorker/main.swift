// edgeprof's side of `make bench-peers`, from an ONNX file, as the peers start.
// usage: peer-worker MODEL.onnx THREADS                then as Answering.serve
//        peer-worker --pack MODEL.onnx MODEL.plan      writes the packed plan that plan-worker maps

import Answering
import Glibc
import InferenceEngine
import KernelDispatch
import ONNXImport

/// Packs an int8 ONNX file for this processor.
func pack(_ path: String, to file: String) throws {
    guard case .quantized(let network) = try ONNXImporter.load(path: path) else {
        Answering.stop("peer-worker: \(path) is not quantized")
    }
    try PlanWriter.write(try Plan(network: network, kernels: KernelDispatch.select().kernels, kind: .fused), to: file)
}

/// The plan of an ONNX file, written and mapped as the measuring process has it.
func mappedPlan(_ path: String) throws -> Plan {
    let file = "/tmp/edgeprof-peer-worker-\(getpid())"
    defer { unlink(file) }
    try pack(path, to: file)
    return try MappedPlan.load(path: file)
}

let started = Answering.now()
let arguments = CommandLine.arguments
do {
    if arguments.count == 4, arguments[1] == "--pack" {
        try pack(arguments[2], to: arguments[3])
    } else if arguments.count == 3, let threads = Int(arguments[2]) {
        try Answering.serve(try mappedPlan(arguments[1]), threads: threads, started: started)
    } else {
        Answering.stop("usage: peer-worker MODEL.onnx THREADS, or peer-worker --pack MODEL.onnx MODEL.plan")
    }
} catch {
    Answering.stop("peer-worker: \(error)")
}
