internal import ModelZoo
public import NetworkGraph
internal import ONNXFormat
internal import ONNXImport
public import Quantization

/// A model in memory.
public struct LoadedModel: Sendable {
    /// The int8 network.
    public var network: QuantizedNetwork
    /// For counting costs: the float graph of a zoo model, for a file the network's description.
    public var graph: NetworkGraph
    /// Architecture family, nil for a file.
    public var family: String?
}

extension ModelSource {
    /// Checks what can be told without loading: that the zoo has the model, or the file can be read.
    ///
    /// - Throws: `ModelError` with the nearest zoo names, or what is wrong with the file.
    public func check() throws(ModelError) {
        _ = try family()
        if let path { _ = try Self.readFile(path) }
    }

    /// Loads the model: builds and quantizes a zoo model, imports a file.
    ///
    /// - Throws: `ModelError` in one line; a float network's names `edgeprof quantize`.
    public func load() throws(ModelError) -> LoadedModel {
        switch self {
        case .zoo(let name):
            let family = try family()
            do {
                let zoo = try ModelZoo.build(name: name)
                let network = try quantize(graph: zoo.graph, activationRanges: zoo.activationRanges)
                return LoadedModel(network: network, graph: zoo.graph, family: family)
            } catch {
                throw ModelError(.unusable, "\(name) cannot be built: \(error)")
            }
        case .file(let path), .stored(let path, _, _):
            return try loadFile(path)
        }
    }

    /// The architecture family, nil for a file.
    func family() throws(ModelError) -> String? {
        guard case .zoo(let name) = self else { return nil }
        do {
            return try ModelZoo.family(of: name)
        } catch {
            throw ModelError(.unusable, "\(error)")
        }
    }

    /// A file's content, not yet understood.
    static func readFile(_ path: String) throws(ModelError) -> ONNXModel {
        do {
            return try ONNXFile.read(path: path)
        } catch {
            throw ModelError(.unusable, "\(error)")
        }
    }

    private func loadFile(_ path: String) throws(ModelError) -> LoadedModel {
        let file = try Self.readFile(path)
        let imported: ImportedModel
        do {
            imported = try ONNXImporter.importModel(file, name: name, options: ImportOptions())
        } catch {
            throw ModelError(.unusable, "\(path): \(error)")
        }
        guard case .quantized(let network) = imported else {
            throw ModelError(
                .notQuantized,
                "\(path): is a float network, and int8 ones run here; run: "
                    + "edgeprof quantize \(path) --calibration IMAGES -o \(name)-int8.onnx"
            )
        }
        return LoadedModel(network: network, graph: NetworkGraph(describing: network))
    }
}
