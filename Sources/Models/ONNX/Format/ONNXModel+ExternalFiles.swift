extension ONNXModel {
    /// The files, other than the model's own, that its constants lie in.
    ///
    /// - Parameter path: The model's own, as it was given to `ONNXFile.read`.
    /// - Returns: Their paths in order, without symbolic links; empty for most models.
    public func externalFiles(besides path: String) -> [String] {
        var paths: Set<String> = []
        for tensor in graph.initializers { tensor.note(&paths) }
        for node in graph.nodes {
            for case .tensor(let tensor) in node.attributes.values { tensor.note(&paths) }
        }
        paths.remove(path)
        return paths.sorted()
    }
}

extension ONNXTensor {
    fileprivate func note(_ paths: inout Set<String>) {
        if case .mapped(let file, _) = storage { paths.insert(file.path) }
    }
}
