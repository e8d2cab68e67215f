internal import Gzip
internal import Synchronization

/// Whether bodies are sent as gzip: they are, until a collector refuses it (415).
final class BodyCoding: Sendable {
    /// Below this a body fits a packet anyway.
    static let leastBytes = 1 << 10

    private let packs = Mutex(true)

    /// The body as gzip; nil when it is to be sent as it is.
    func packed(_ body: [UInt8]) -> [UInt8]? {
        guard body.count >= Self.leastBytes, packs.withLock({ $0 }) else { return nil }
        return Gzip.compressed(body).flatMap { $0.count < body.count ? $0 : nil }
    }

    func giveUpPacking() {
        packs.withLock { $0 = false }
    }
}
