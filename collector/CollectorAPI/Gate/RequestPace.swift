import NIOCore
import NIOHTTPTypes

/// Closes connections of clients that dawdle, who could otherwise hold many at no cost (slow-loris, slow-post, slow-read).
///
/// It stands before the HTTP decoder and sees bytes; `RequestMilestones`, behind it, says where a request is.
final class RequestPace: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase { case idle, header, body }

    private let limits: ServerLimits
    private let onRefusal: (Refusal) -> Void
    private var context: ChannelHandlerContext?
    private var phase = Phase.idle
    private var bytesInWindow = 0
    /// Whether the server asked for bytes that have not come: only then it is the client that dawdles.
    private var isWaiting = false
    private var timer: Scheduled<Void>?
    private var stallTimer: Scheduled<Void>?

    init(_ limits: ServerLimits, onRefusal: @escaping (Refusal) -> Void) {
        self.limits = limits
        self.onRefusal = onRefusal
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(.header) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        stallTimer?.cancel()
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(.header)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        stallTimer?.cancel()
        context.fireChannelInactive()
    }

    func read(context: ChannelHandlerContext) {
        isWaiting = true
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        isWaiting = false
        switch phase {
        case .idle: begin(.header)
        case .body: bytesInWindow += unwrapInboundIn(data).readableBytes
        case .header: break
        }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stallTimer?.cancel()
        stallTimer = context.channel.isWritable ? nil : schedule(limits.stalledSeconds) { $0.close(.stalled) }
        context.fireChannelWritabilityChanged()
    }

    /// The header of a request is complete.
    func headerEnded() { begin(.body) }

    /// A request is complete.
    func requestEnded() { begin(.idle) }

    /// The answer is complete; what is left of the request is of no use.
    func responseEnded() {
        guard phase == .body else { return }
        timer?.cancel()
        timer = schedule(min(limits.stalledSeconds, limits.bodyWindowSeconds)) { $0.close(.stalled) }
    }

    private func begin(_ phase: Phase) {
        timer?.cancel()
        self.phase = phase
        switch phase {
        case .idle: timer = nil
        case .header: timer = schedule(limits.headerSeconds) { $0.close(.slowHeader) }
        case .body: openWindow()
        }
    }

    private func openWindow() {
        bytesInWindow = 0
        timer = schedule(limits.bodyWindowSeconds) { $0.checkWindow() }
    }

    private func checkWindow() {
        let least = Double(limits.minimumBodyBytesPerSecond) * limits.bodyWindowSeconds
        if isWaiting, Double(bytesInWindow) < least { close(.slowBody) } else { openWindow() }
    }

    private func close(_ refusal: Refusal) {
        guard let context else { return }
        onRefusal(refusal)
        context.close(promise: nil)
    }

    private func schedule(_ seconds: Double, _ body: @escaping (RequestPace) -> Void) -> Scheduled<Void>? {
        // On the event loop already, and the task runs there.
        context?.eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { [weak self] in
            if let self { body(self) }
        }
    }
}

/// Tells `RequestPace` where in a request a connection is.
final class RequestMilestones: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var pace: RequestPace?

    func handlerAdded(context: ChannelHandlerContext) {
        pace = try? context.pipeline.syncOperations.handler(type: RequestPace.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { pace = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: pace?.headerEnded()
        case .body: break
        case .end: pace?.requestEnded()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { pace?.responseEnded() }
        context.write(data, promise: promise)
    }
}
