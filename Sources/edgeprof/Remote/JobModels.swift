import EdgeprofAPI
import HTTPTransport
import ModelZoo

/// How people and jobs name models.
enum JobModels {
    /// What a job is asked for: zoo names as they are, everything else as SHA-256.
    ///
    /// - Parameters:
    ///   - models: Zoo names, SHA-256s, names of pushed files.
    ///   - client: Asked for the names when one is needed.
    /// - Returns: The models in the same order.
    /// - Throws: `InputError` for a name that is nobody's or several files', and for a file that is not pushed.
    static func resolved(_ models: [String], _ client: CollectorClient) async throws -> [String] {
        var pushed: [StoredModel]?
        var resolved: [String] = []
        for model in models {
            if Run.ModelReference.isSHA256(model.lowercased()) {
                resolved.append(model.lowercased())
            } else if (try? ModelZoo.family(of: model)) != nil {
                resolved.append(model)
            } else if model.contains("/") || model.hasSuffix(".onnx") {
                throw InputError("\(model): is a file here; give it to the agents: edgeprof models push \(model)")
            } else {
                if pushed == nil { pushed = try await client.models().models }
                resolved.append(try sha256(of: model, among: pushed ?? []))
            }
        }
        return resolved
    }

    /// The one pushed file of a name.
    static func sha256(of name: String, among pushed: [StoredModel]) throws -> String {
        let found = pushed.filter { $0.name == name }
        if found.count > 1 {
            let list = found.map { "\($0.sha256) (pushed \($0.pushedAt.shortDescription))" }.joined(separator: ", ")
            throw InputError("\(name): \(found.count) pushed files are called so; give the SHA-256: \(list)")
        }
        guard let model = found.first else {
            do { _ = try ModelZoo.family(of: name) } catch {
                throw InputError("\(error); no pushed file is called so either, see: edgeprof models list")
            }
            return name
        }
        return model.sha256
    }

    /// Jobs for people to read: files by their names, or the first digits where those are not to be had.
    static func named(_ jobs: [JobRecord], _ client: CollectorClient) async -> [JobRecord] {
        let isFile = Run.ModelReference.isSHA256
        guard jobs.contains(where: { $0.request.models.contains(where: isFile) }) else { return jobs }
        let pushed = (try? await client.models().models) ?? []
        let names = Dictionary(pushed.map { ($0.sha256, $0.name) }, uniquingKeysWith: { $1 })
        return jobs.map { job in
            var job = job
            job.request.models = job.request.models.map { model in
                isFile(model) ? names[model] ?? "\(model.prefix(12))…" : model
            }
            return job
        }
    }
}
