// The libFuzzer target for model files: scripts/fuzz-onnx.sh builds and runs it.
//
// Each input is a file. Whatever it holds, reading it, its constants, and importing it end in a model or an ONNXError,
// in bounded time and memory; a trap, an overflow, an access out of bounds or a leak is a finding.

import Glibc
import NetworkGraph
import ONNXExport
import ONNXFormat
import ONNXImport
import Quantization

private let path = "/dev/shm/edgeprof-fuzz-\(getpid()).onnx"

/// Called by libFuzzer for each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0, write(descriptor, data, size) == size else { abort() }
    close(descriptor)
    defer { unlink(path) }
    guard let model = try? ONNXFile.read(path: path) else { return 0 }
    for tensor in model.graph.initializers where tensor.byteCount <= 1 << 20 {
        _ = try? tensor.floats()
        _ = try? tensor.int64s()
    }
    try? ONNXWriter.stream(model) { _ in }
    // What was imported must be well formed: the exporter checks it, and writes it in this engine's words.
    switch try? ONNXImporter.importModel(model, name: "fuzz") {
    case .float(let graph): _ = try? ONNXExporter.model(of: graph)
    case .quantized(let network): _ = try? ONNXExporter.model(of: network)
    case nil: break
    }
    return 0
}
