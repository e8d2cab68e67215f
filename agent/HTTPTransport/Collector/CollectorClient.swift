internal import EdgeprofAPI
internal import FoundationEssentials

/// Speaks to a collector: one method a route of its HTTP API, see the extensions.
public struct CollectorClient: Sendable {
    /// Scheme, host, port and path below which the API lies, without a slash at its end.
    public let baseURL: String
    private let transport: HTTPTransport
    private let credentials: CollectorCredentials
    private let bodies = BodyCoding()

    /// Makes a client; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - baseURL: where the collector is, for example `https://collector.example:8640`.
    ///   - transport: carries the requests.
    ///   - token: the bearer token, asked for before each request; nil sends none.
    /// - Throws: `CollectorError` when the URL is not one.
    public init(
        baseURL: String,
        transport: HTTPTransport,
        token: @escaping @Sendable () -> String?
    ) throws(CollectorError) {
        try self.init(baseURL: baseURL, transport: transport, credentials: .fixed(token))
    }

    /// Makes a client whose tokens change; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - baseURL: where the collector is.
    ///   - transport: carries the requests.
    ///   - credentials: where the tokens come from.
    /// - Throws: `CollectorError` when the URL is not one.
    public init(
        baseURL: String,
        transport: HTTPTransport,
        credentials: CollectorCredentials
    ) throws(CollectorError) {
        let url: WebURL
        do { url = try WebURL(baseURL) } catch { throw CollectorError(error) }
        guard !url.hasQueryOrFragment else {
            let message = "'\(baseURL)' is not a usable URL: leave out what follows '?' or '#'"
            throw CollectorError(code: .unreachable(.badRequest), message: message)
        }
        var text = url.description
        while text.hasSuffix("/") { text.removeLast() }
        self.baseURL = text
        self.transport = transport
        self.credentials = credentials
    }

    /// Sends one request and returns the answer if its status is 2xx.
    ///
    /// - Parameters:
    ///   - method: what is to be done.
    ///   - path: segments below the base URL, percent-encoded here.
    ///   - query: items in order; those without a value are left out.
    ///   - body: JSON.
    ///   - more: header fields sent beside the client's own.
    ///   - streaming: bodies that do not go through memory.
    ///   - timeoutSeconds: for the whole exchange.
    ///   - stallSeconds: without any speed, after which it is given up.
    /// - Returns: the answer.
    /// - Throws: `CollectorError`.
    public func send(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(name: String, value: String?)] = [],
        body: [UInt8]? = nil,
        headers more: [HTTPField] = [],
        streaming: HTTPStreaming = .none,
        timeoutSeconds: Double = 30,
        stallSeconds: Int? = nil
    ) async throws(CollectorError) -> HTTPResponse {
        let accepted = streaming.sink == nil ? "application/json" : "application/octet-stream, application/json"
        var headers = [HTTPField(name: "Accept", value: accepted)] + more
        if body != nil { headers.append(HTTPField(name: "Content-Type", value: "application/json")) }
        let packed = body.flatMap { bodies.packed($0) }
        if packed != nil { headers.append(HTTPField(name: "Content-Encoding", value: "gzip")) }
        let items = query.compactMap { item in item.value.map { "\(item.name)=\(Self.percentEncoded($0))" } }
        let request = HTTPRequest(
            method: method,
            url: baseURL + path.map { "/" + Self.percentEncoded($0) }.joined()
                + (items.isEmpty ? "" : "?" + items.joined(separator: "&")),
            headers: headers,
            body: packed ?? body ?? [],
            timeoutSeconds: timeoutSeconds,
            stallSeconds: stallSeconds
        )
        var token = try await credentials.token()
        var answer = try await exchange(request, streaming, token)
        if answer.status == 401, let refused = token, await credentials.refused(refused) {
            token = try await credentials.token()
            if token != refused { answer = try await exchange(request, streaming, token) }
        }
        if answer.status == 415, packed != nil {
            bodies.giveUpPacking()
            return try await send(method, path, query: query, body: body, timeoutSeconds: timeoutSeconds)
        }
        guard (200...299).contains(answer.status) else {
            throw CollectorError(answer: answer, problem: Self.problem(in: answer), from: baseURL)
        }
        return answer
    }

    private func exchange(
        _ request: HTTPRequest,
        _ streaming: HTTPStreaming,
        _ token: String?
    ) async throws(CollectorError) -> HTTPResponse {
        var request = request
        if let token { request.headers.append(HTTPField(name: "Authorization", value: "Bearer \(token)")) }
        do { return try await transport.send(request, streaming: streaming) } catch { throw CollectorError(error) }
    }

    /// Sends one request and reads the JSON it is answered with.
    ///
    /// - Parameters:
    ///   - method: what is to be done.
    ///   - path: segments below the base URL.
    ///   - query: items in order; those without a value are left out.
    ///   - body: JSON.
    ///   - timeoutSeconds: for the whole exchange.
    /// - Returns: the answer's value.
    /// - Throws: `CollectorError`; `unexpectedAnswer` when the answer does not hold an `Answer`.
    public func fetch<Answer: Decodable>(
        _ method: HTTPRequest.Method,
        _ path: [String],
        query: [(name: String, value: String?)] = [],
        body: [UInt8]? = nil,
        timeoutSeconds: Double = 30
    ) async throws(CollectorError) -> Answer {
        let answer = try await send(method, path, query: query, body: body, timeoutSeconds: timeoutSeconds)
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(answer.body))
        } catch {
            throw CollectorError(
                code: .unexpectedAnswer,
                message: "\(baseURL)/\(path.joined(separator: "/")) does not answer as a collector of version "
                    + "\(Edgeprof.version) does (\(Self.place(of: error))): is that a collector's URL?"
            )
        }
    }

    /// Writes a value as JSON, its keys sorted.
    ///
    /// - Parameter value: what to write.
    /// - Returns: UTF-8.
    /// - Throws: `CollectorError` for values JSON has no form for, such as infinities.
    public static func json(_ value: some Encodable) throws(CollectorError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw CollectorError(code: .refused(400), message: "cannot be written as JSON: \(place(of: error))")
        }
    }

    /// The problem document of an answer that says it is one: a proxy's error page in JSON is not the collector's word.
    private static func problem(in answer: HTTPResponse) -> Problem? {
        guard answer.header("content-type")?.lowercased().hasPrefix("application/problem+json") == true else {
            return nil
        }
        return try? JSONDecoder().decode(Problem.self, from: Data(answer.body))
    }

    /// Where in a JSON document reading or writing failed, and why.
    private static func place(of error: any Error) -> String {
        let context: (path: [any CodingKey], why: String) =
            switch error {
            case DecodingError.keyNotFound(let key, let context): (context.codingPath, "no '\(key.stringValue)'")
            case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
                DecodingError.dataCorrupted(let context):
                (context.codingPath, context.debugDescription)
            case EncodingError.invalidValue(_, let context): (context.codingPath, context.debugDescription)
            default: ([], "not readable")
            }
        let path = context.path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        return path.isEmpty ? context.why : "\(path.drop { $0 == "." }): \(context.why)"
    }

    /// Text as one path segment or query value: all but RFC 3986's unreserved characters encoded.
    private static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(Character(Unicode.Scalar(byte)))
            default: result += ["%", digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
    }
}
