import EdgeprofAPI

/// Deliveries that come at the same time share a transaction, and with it the wait for the disk.
///
/// One group is written at a time; what comes meanwhile waits and makes the next. A delivery is answered after its group is
/// durable. A group that fails is written again one delivery at a time, so that nobody pays for another's; unless the store
/// itself cannot be written.
actor GroupCommit {
    /// Carries out deliveries in one transaction: what became of each one's runs.
    typealias Write = @Sendable ([RunDelivery]) async throws -> [[RunResult]]

    /// Runs of one group.
    static let mostRuns = 256
    /// Runs that may wait: so many that a client had better try again later are in the way of others.
    static let mostWaiting = 20_000

    private struct Waiting {
        let delivery: RunDelivery
        let continuation: CheckedContinuation<[RunResult], any Error>
    }

    private let write: Write
    private var queue: [Waiting] = []
    private var waitingRuns = 0
    private var isWriting = false

    init(write: @escaping Write) { self.write = write }

    /// Stores a delivery's runs.
    ///
    /// - Throws: `StoreError`, `locked` where too much waits already.
    func store(_ delivery: RunDelivery) async throws -> [RunResult] {
        guard waitingRuns < Self.mostWaiting else {
            throw StoreError(.locked, "more runs wait to be stored than the disk keeps up with; send them again later")
        }
        return try await withCheckedThrowingContinuation { continuation in
            queue.append(Waiting(delivery: delivery, continuation: continuation))
            waitingRuns += delivery.runs.count
            guard !isWriting else { return }
            isWriting = true
            Task { await self.drain() }
        }
    }

    private func drain() async {
        while !queue.isEmpty {
            let group = nextGroup()
            await commit(group)
            waitingRuns -= group.reduce(0) { $0 + $1.delivery.runs.count }
        }
        isWriting = false
    }

    private func nextGroup() -> [Waiting] {
        var runs = 0
        var count = 0
        while count < queue.count, count == 0 || runs + queue[count].delivery.runs.count <= Self.mostRuns {
            runs += queue[count].delivery.runs.count
            count += 1
        }
        defer { queue.removeFirst(count) }
        return Array(queue.prefix(count))
    }

    private func commit(_ group: [Waiting]) async {
        do {
            let results = try await write(group.map(\.delivery))
            for (waiting, result) in zip(group, results) { waiting.continuation.resume(returning: result) }
        } catch {
            // One at a time helps where a delivery is at fault, not where all would wait for the same failure.
            let isCommon = (error as? StoreError)?.code.stopsEveryone == true
            guard group.count > 1, !isCommon else {
                for waiting in group { waiting.continuation.resume(throwing: error) }
                return
            }
            for waiting in group { await commit([waiting]) }
        }
    }
}
