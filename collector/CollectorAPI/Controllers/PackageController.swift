import Hummingbird

/// The agent's packages and the script that installs them, for boxes that have no token yet.
struct PackageController: Sendable {
    let packages: AgentPackages
    /// Where agents reach this collector; nil to take what the request was sent to.
    let publicURL: String?
    /// `http` or `https`, as requests come in.
    let scheme: String

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "/install.sh", .everyone, respond: script),
            Endpoint(.get, "/packages/:file", .everyone, respond: package),
        ]
    }

    @Sendable private func script(_ request: Request, _ context: CollectorContext) async throws -> Response {
        guard !packages.packages.isEmpty else {
            throw HTTPProblem(.notFound, "this collector hands out no packages; start it with --packages FOLDER")
        }
        let url = try publicURL ?? url(host: request.head.authority)
        return Self.text(InstallScript(collector: url, packages: packages.packages).text, type: "text/x-shellscript")
    }

    @Sendable private func package(_ request: Request, _ context: CollectorContext) async throws -> Response {
        let file = try context.parameters.require("file")
        if file == "SHA256SUMS" {
            return Self.text(packages.packages.map { "\($0.sha256)  \($0.file)\n" }.joined(), type: "text/plain")
        }
        guard let (path, package) = packages.path(of: file) else {
            throw HTTPProblem(.notFound, "there is no such package; /packages/SHA256SUMS lists them")
        }
        return Response(
            status: .ok,
            headers: [.contentType: "application/vnd.debian.binary-package", .contentLength: "\(package.bytes)"],
            body: try await FileIO().loadFile(path: path, context: context)
        )
    }

    /// The collector's URL as the request names it; it becomes part of a shell script.
    private func url(host: String?) throws -> String {
        guard let host, (1...255).contains(host.utf8.count),
            host.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || ".:-[]".contains($0)) })
        else { throw HTTPProblem.malformed("the Host header is no host name with a port") }
        return scheme + "://" + host
    }

    private static func text(_ text: String, type: String) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: type + "; charset=utf-8", .contentLength: "\(text.utf8.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text))
        )
    }
}
