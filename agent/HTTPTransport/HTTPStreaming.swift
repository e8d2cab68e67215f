/// Bodies that do not go through memory.
public struct HTTPStreaming: Sendable {
    /// What is sent as the request's body, in place of its own.
    public var source: HTTPFileSource?
    /// What takes the body of an answer with status 200 or 206; any other answer is read as usual.
    public var sink: (any HTTPBodySink)?

    /// Both bodies in memory.
    public static let none = HTTPStreaming()

    /// Names the streams.
    public init(source: HTTPFileSource? = nil, sink: (any HTTPBodySink)? = nil) {
        self.source = source
        self.sink = sink
    }
}

/// Takes a body as it comes.
///
/// Called on the transfer's thread, one call at a time.
public protocol HTTPBodySink: AnyObject, Sendable {
    /// Told of the answer before the first byte of its body.
    ///
    /// - Parameter head: Status, 200 or 206, and header fields.
    /// - Returns: Bytes the body may have; one that says it has more, or has, ends the exchange with `responseTooLarge`.
    /// - Throws: What makes the body unwelcome; the exchange ends with `sinkFailed`.
    func begin(_ head: HTTPResponse) throws -> UInt64

    /// Takes the next bytes.
    ///
    /// - Parameter bytes: Valid during the call.
    /// - Throws: Why they cannot be taken; the exchange ends with `sinkFailed`.
    func take(_ bytes: UnsafeRawBufferPointer) throws
}

/// A file to be sent, from its first byte.
public struct HTTPFileSource: Sendable {
    /// Open for reading; its position is left alone.
    public var descriptor: Int32
    /// Bytes to be sent.
    public var bytes: UInt64
    /// Told how many bytes have been handed over so far, on the transfer's thread.
    public var onProgress: @Sendable (UInt64) -> Void

    /// Makes a source; the descriptor must stay open until the request has ended.
    public init(descriptor: Int32, bytes: UInt64, onProgress: @escaping @Sendable (UInt64) -> Void = { _ in }) {
        self.descriptor = descriptor
        self.bytes = bytes
        self.onProgress = onProgress
    }
}
