import Foundation
import Hummingbird

extension Request {
    /// Reads the body as JSON.
    ///
    /// - Throws: `HTTPProblem` 413, 415, or 400 that says which field is wrong.
    func decodeJSON<Value: Decodable>(_ type: Value.Type, _ context: CollectorContext) async throws -> Value {
        try requireJSON()
        let bytes = try await collect(upTo: context.maxUploadSize)
        let data = Data(bytes.readableBytesView)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch DecodingError.dataCorrupted(let place) where place.codingPath.isEmpty {
            throw HTTPProblem.malformed("body: \(Self.complaint(about: data))")
        } catch let error as DecodingError {
            throw HTTPProblem.malformed(error.explanation)
        }
    }

    private func requireJSON() throws {
        let type = (headers[.contentType] ?? "").split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard type.filter({ $0 != " " }) == "application/json" else {
            throw HTTPProblem(.unsupportedMediaType, "send the body as Content-Type: application/json")
        }
        guard ["", "identity"].contains((headers[.contentEncoding] ?? "").lowercased()) else {
            throw HTTPProblem(.unsupportedMediaType, "send the body without Content-Encoding")
        }
    }

    /// What is wrong with JSON that `JSONDecoder` refuses without a word.
    private static func complaint(about data: Data) -> String {
        do {
            _ = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
            return "holds a number that does not fit its field"
        } catch {
            let reason = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String
            return "is not JSON. " + (reason ?? "")
        }
    }

    private func collect(upTo limit: Int) async throws -> ByteBuffer {
        let tooLarge = HTTPProblem(.contentTooLarge, "the body may have \(limit) bytes at most; send less at a time")
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        do {
            return try await body.collect(upTo: limit)
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            throw tooLarge
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HTTPProblem.malformed("the body ended early")
        }
    }
}

extension Response {
    /// A JSON response.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(value)
        return Response(
            status: status,
            headers: [.contentType: "application/json", .contentLength: "\(data.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }
}
