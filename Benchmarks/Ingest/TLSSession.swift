import NIOCore
import NIOEmbedded
import NIOSSL

/// TLS for one connection, as bytes in and bytes out; for one thread.
final class TLSSession {
    private let channel = EmbeddedChannel()

    init(_ context: NIOSSLContext) throws {
        try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
        // Nothing is connected to: this tells the handler to begin.
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// The load's own server is known; what is measured is the handshake's work, not the trust.
    static func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return try NIOSSLContext(configuration: configuration)
    }

    /// Takes bytes to be encrypted; `outbound` has them once the handshake is done.
    func write(_ plain: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: plain), promise: nil) }

    /// What is to be sent now.
    func outbound() throws -> [UInt8] { try drained { try channel.readOutbound(as: ByteBuffer.self) } }

    /// Takes what was received; the plain bytes there are.
    func read(_ received: ArraySlice<UInt8>) throws -> [UInt8] {
        try channel.writeInbound(ByteBuffer(bytes: received))
        return try drained { try channel.readInbound(as: ByteBuffer.self) }
    }

    /// Says goodbye and lets go of everything; what is to be sent last.
    func finish() -> [UInt8] {
        channel.close(promise: nil)
        let last = try? outbound()
        // The other end's goodbye is not waited for.
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        return last ?? []
    }

    private func drained(_ next: () throws -> ByteBuffer?) rethrows -> [UInt8] {
        var bytes: [UInt8] = []
        while let buffer = try next() { bytes += buffer.readableBytesView }
        return bytes
    }
}

/// Where the collector listens.
struct Server: Sendable {
    var port: UInt16
    /// What connections are encrypted with; nil for none.
    var tls: NIOSSLContext?
}
