import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// An HTTP/1.1 connection that is counted, paced and, with a certificate, encrypted.
struct GatedChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    private let base: HTTP1Channel
    private let gate: Gate
    private let certificate: TLSCertificate?

    init(_ responder: @escaping HTTPChannelHandler.Responder, gate: Gate, certificate: TLSCertificate?) {
        let limits = gate.limits
        base = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [RequestMilestones()],
                idleTimeout: .seconds(limits.idleSeconds),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes,
                    maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: limits.headerFields
                )
            )
        )
        self.gate = gate
        self.certificate = certificate
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let address = ClientAddress(channel.remoteAddress)
        let isAdmitted = gate.connections.enter(address)
        if isAdmitted {
            channel.closeFuture.whenComplete { [gate] _ in gate.connections.leave(address) }
        } else {
            logger.debug("Connection refused", metadata: ["client": "\(address?.description ?? "unknown")"])
        }
        return channel.eventLoop.makeCompletedFuture {
            if let context = certificate?.context {
                try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            }
            try channel.pipeline.syncOperations.addHandler(
                RequestPace(gate.limits) { [gate] refusal in
                    gate.refusals.count(refusal)
                    logger.debug(
                        "Connection closed",
                        metadata: ["client": "\(address?.description ?? "unknown")", "reason": "\(refusal.rawValue)"]
                    )
                }
            )
        }.flatMap {
            base.setup(channel: channel, logger: logger)
        }.map { value in
            // Only now, for the server hands the channel to a task whatever becomes of it.
            if !isAdmitted { channel.close(promise: nil) }
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

extension TimeAmount {
    static func seconds(_ seconds: Double) -> TimeAmount {
        .nanoseconds(Int64(min(max(seconds, 0), 86_400) * 1_000_000_000))
    }
}
