import ArgumentParser
import EdgeprofAPI
import Glibc
import HTTPTransport
import Measurement
import ModelZoo

/// The command `edgeprof models push`.
struct ModelsPush: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push",
        abstract: "Give the collector ONNX files of your own, for its agents to fetch.",
        discussion: """
            Each file is tried here first, as edgeprof profile would: what cannot run is refused at once. Agents fetch it when a job \
            asks for it. Its SHA-256 is what its runs carry.

            Example: edgeprof models push mine-int8.onnx && edgeprof jobs create mine-int8
            """
    )

    @Argument(help: ArgumentHelp("int8 ONNX files.", valueName: "file.onnx"))
    var files: [String]

    @Option(help: "What its runs are to be called; the file's name without .onnx unless given.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if name != nil, files.count > 1 { throw ValidationError("--name is for one file") }
    }

    func run() async throws {
        let client = try CollectorConnection.saved()
        // All are tried before the first is sent.
        let checked = try files.map { path in
            Terminal.progress("\(path): trying whether it can run")
            return try Checked(path, name: name)
        }
        let known = Dictionary(try await client.models().models.map { ($0.sha256, $0) }, uniquingKeysWith: { $1 })
        var pushed: [StoredModel] = []
        for file in checked {
            let model: StoredModel
            if let there = known[file.sha256] {
                model = there
            } else {
                model = try await file.push(to: client)
            }
            pushed.append(model)
            if model.name != file.name {
                Terminal.complain("edgeprof: \(file.path): is on the collector already, as \(model.name)")
            }
        }
        Terminal.progress("")
        let table = Table(
            columns: [.text("model"), .number("size")],
            rows: pushed.map { [$0.name, HumanUnits.bytes($0.bytes)] }
        )
        try output.write(ModelList(models: pushed), as: table)
        guard output.resolved == .table else { return }
        // Lines of their own, to be copied whole.
        Terminal.write("\n" + pushed.map { "\($0.sha256)  \($0.name)\n" }.joined())
    }

    /// A file that can run here.
    private struct Checked {
        var path: String
        var name: String
        var sha256: String

        init(_ path: String, name: String?) throws {
            self.path = path
            self.name = name ?? ModelSource.file(path).name
            if let problem = StoredModel.problems(ofName: self.name).first { throw InputError("--name \(problem)") }
            // Jobs would take it for the zoo's.
            if (try? ModelZoo.family(of: self.name)) != nil {
                throw InputError("\(path): the zoo has a model called \(self.name); give this one another with --name")
            }
            sha256 = try StoredFile.sha256(ofRunnable: path)
        }

        func push(to client: CollectorClient) async throws -> StoredModel {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw InputError("\(path): is not a regular file")
            }
            let (total, name) = (UInt64(clamping: status.st_size), name)
            let source = HTTPFileSource(descriptor: descriptor, bytes: total) { sent in
                Terminal.progress("\(name): \(HumanUnits.bytes(sent)) of \(HumanUnits.bytes(total)) sent")
            }
            return try await client.pushModel(source, sha256: sha256, name: name)
        }
    }
}
