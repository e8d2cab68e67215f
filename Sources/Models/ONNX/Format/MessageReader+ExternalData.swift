import Glibc

// External data: keys location (a path relative to the model's folder), offset and length in bytes; a checksum is not
// looked at. A path that is absolute, holds "..", or leads out of the folder by a symbolic link would let a model read
// any file of its user, so it is refused.

extension MessageReader {
    /// Bytes of a tensor in a file beside the model.
    mutating func externalStorage(_ message: TensorProto, byteCount: Int) throws(ONNXError) -> ONNXTensor.Storage {
        let name = ONNXError.quoted(message.name)
        func value(_ key: String) -> String? { message.externalData.last { $0.key == key }?.value }
        func number(_ key: String, default: Int) throws(ONNXError) -> Int {
            guard let text = value(key) else { return `default` }
            guard let number = Int(text), number >= 0 else {
                throw ONNXError(.external, "tensor \(name): its external \(key) is \(ONNXError.quoted(text))")
            }
            return number
        }
        guard let location = value("location") else {
            throw ONNXError(.external, "tensor \(name) names no external file")
        }
        let offset = try number("offset", default: 0)
        let length = try number("length", default: byteCount)
        guard length == byteCount else {
            throw ONNXError(.external, "tensor \(name) needs \(byteCount) bytes, its external data has \(length)")
        }
        guard byteCount > 0 else { return .bytes([]) }
        let data = try externalFile(location, tensor: name)
        guard offset <= data.byteCount, length <= data.byteCount - offset else {
            throw ONNXError(
                .external,
                "tensor \(name): \(ONNXError.quoted(location)) has \(data.byteCount) bytes, "
                    + "too few for \(length) at \(offset); get the whole file"
            )
        }
        return .mapped(data, offset: offset)
    }

    private mutating func externalFile(_ location: String, tensor: String) throws(ONNXError) -> MappedFile {
        if let known = externalFiles[location] { return known }
        let quoted = ONNXError.quoted(location)
        let parts = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, location.utf8.count <= 4096, !location.hasPrefix("/"), !parts.contains(".."),
            !location.utf8.contains(0)
        else {
            throw ONNXError(.external, "tensor \(tensor): \(quoted) is not a path within the model's folder")
        }
        guard externalFiles.count < Self.mostExternalFiles else {
            throw ONNXError(
                .external,
                "the model has more than \(Self.mostExternalFiles) external files; put them in one"
            )
        }
        guard let folder = resolvedPath(folder(of: file.path)),
            let resolved = resolvedPath(folder + "/" + location)
        else {
            throw ONNXError(
                .external,
                "tensor \(tensor): external file \(quoted) is missing; put it beside the model"
            )
        }
        guard resolved.hasPrefix(folder == "/" ? "/" : folder + "/") else {
            throw ONNXError(
                .external,
                "tensor \(tensor): \(quoted) leads out of the model's folder; copy the file there"
            )
        }
        let data = try MappedFile(path: resolved, code: .external, followsLink: false)
        externalFiles[location] = data
        return data
    }

    /// The most external files a model may have: each takes a descriptor.
    static let mostExternalFiles = 256

    private func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The path with every symbolic link followed, nil when it leads nowhere.
    private func resolvedPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
