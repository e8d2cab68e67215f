import ONNXFormat

extension ONNXGraph {
    /// Bytes of all constants: initializers and those in attributes.
    var constantBytes: Int {
        var bytes = 0
        for tensor in initializers { bytes += min(tensor.byteCount, 1 << 40) }
        for node in nodes {
            for case .tensor(let tensor) in node.attributes.values { bytes += min(tensor.byteCount, 1 << 40) }
        }
        return bytes
    }
}
