import Synchronization

/// Token buckets, one a client: each holds `burst` at most and gains `perSecond` every second.
///
/// The table is bounded: two generations of half its size, the older of which is forgotten when the younger is full. A
/// client forgotten starts with a full bucket, which costs an attacker as many addresses as the table holds.
final class RateLimiter<Client: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var level: Double
        var filledAt: ContinuousClock.Instant
    }

    private struct Table {
        var young: [Client: Bucket] = [:]
        var old: [Client: Bucket] = [:]
    }

    private let rate: ServerLimits.Rate
    private let generation: Int
    private let table = Mutex(Table())

    /// Makes a limiter without clients.
    init(_ rate: ServerLimits.Rate, capacity: Int = 65_536) {
        self.rate = rate
        generation = max(1, capacity / 2)
    }

    /// Takes one from the client's bucket; seconds until there is one again when it is empty.
    func take(_ client: Client, at now: ContinuousClock.Instant = .now) -> Double? {
        table.withLock { table in
            var bucket =
                table.young[client] ?? table.old.removeValue(forKey: client)
                ?? Bucket(level: rate.burst, filledAt: now)
            let elapsed = max(0, (now - bucket.filledAt) / .seconds(1))
            bucket.level = min(rate.burst, bucket.level + elapsed * rate.perSecond)
            bucket.filledAt = now
            let wait: Double? = bucket.level >= 1 ? nil : (1 - bucket.level) / rate.perSecond
            if wait == nil { bucket.level -= 1 }
            table.young[client] = bucket
            if table.young.count >= generation {
                table.old = table.young
                table.young = [:]
            }
            return wait
        }
    }

    /// Clients remembered.
    var count: Int { table.withLock { $0.young.count + $0.old.count } }
}
