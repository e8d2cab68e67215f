import Foundation
import Gzip
import Hummingbird
import WireJSON

extension Request {
    /// Reads the body as JSON.
    ///
    /// - Throws: `HTTPProblem` 413, 415, or 400 that says which field is wrong.
    func decodeJSON<Value: Decodable>(_ type: Value.Type, _ context: CollectorContext) async throws -> Value {
        let isGzip = try requireJSON()
        let bytes = try await collect(upTo: context.maxUploadSize)
        let plain =
            isGzip ? try Self.unpacked(bytes, limit: context.maxUploadSize) : Array(bytes.readableBytesView)
        do {
            return try WireJSON.decode(type, from: plain)
        } catch DecodingError.dataCorrupted(let place) where place.codingPath.isEmpty {
            if let misfit = WireJSON.misfit(type, in: plain) {
                throw HTTPProblem.malformed("\(misfit.path): \(misfit.number) does not fit its field, a whole number")
            }
            throw HTTPProblem.malformed("body: \(Self.complaint(about: Data(plain)))")
        } catch let error as DecodingError {
            throw HTTPProblem.malformed(error.explanation)
        }
    }

    /// Refuses a body that does not say it is JSON; true when it says it is gzip around it.
    private func requireJSON() throws -> Bool {
        let type = (headers[.contentType] ?? "").split(separator: ";").first.map { $0.lowercased() } ?? ""
        guard type.filter({ $0 != " " }) == "application/json" else {
            throw HTTPProblem(.unsupportedMediaType, "send the body as Content-Type: application/json")
        }
        switch (headers[.contentEncoding] ?? "").lowercased() {
        case "", "identity": return false
        case "gzip", "x-gzip": return true
        default: throw HTTPProblem(.unsupportedMediaType, "send the body without Content-Encoding, or as gzip")
        }
    }

    /// What a gzip body holds; the limit holds for what comes out of it too.
    private static func unpacked(_ bytes: ByteBuffer, limit: Int) throws -> [UInt8] {
        do throws(Gzip.Failure) {
            return try Gzip.decompressed(Array(bytes.readableBytesView), limit: limit)
        } catch {
            switch error {
            case .tooLarge: throw tooLarge(limit)
            case .damaged: throw HTTPProblem.malformed("the body is not whole gzip")
            }
        }
    }

    private static func tooLarge(_ limit: Int) -> HTTPProblem {
        HTTPProblem(.contentTooLarge, "the body may have \(limit) bytes at most; send less at a time")
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
        let tooLarge = Self.tooLarge(limit)
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
        .json(encoded: try JSONOutput.encode(value), status: status)
    }

    /// A response of JSON that is there already.
    static func json(encoded data: Data, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json", .contentLength: "\(data.count)"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data))
        )
    }
}

/// JSON as this interface writes it.
enum JSONOutput {
    static func encode(_ value: some Encodable) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(value)
    }
}
