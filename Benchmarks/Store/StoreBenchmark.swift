import CollectorStore
import EdgeprofAPI
import Foundation

/// Fills a store with runs of a fleet, by the store's own code; `store.py` then asks a collector on it.
@main
struct StoreBenchmark {
    /// Runs of one model on one host that are stored together.
    private static let batch = 200

    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        func option(_ name: String) -> String? {
            guard let place = arguments.firstIndex(of: "--" + name), place + 1 < arguments.count else { return nil }
            return arguments[place + 1]
        }
        guard let count = option("runs").flatMap({ Int($0) }), count > 0,
            let place = option("store") ?? option("data-dir")
        else {
            FileHandle.standardError.write(
                Data("usage: store-benchmark --runs N --data-dir FOLDER | --store URL\n".utf8)
            )
            exit(2)
        }
        let workers = option("workers").flatMap { Int($0) } ?? 3
        let location = try StoreLocation(argument: place)
        let secret = TokenSecret(role: .admin)
        let now = Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
        try await SQLStore.create(at: location, firstToken: NewToken(hash: secret.hash, role: .admin), at: now)
        let store = try await SQLStore.open(at: location)
        try await store.replaceTiers(tiers)
        for model in 0..<SampleRuns.models { try await evaluate(model, in: store, at: now) }
        let agents = try await enroll(SampleRuns.hosts, in: store, at: now)
        // Two years of measurements, the oldest first; every box measures a model some times in a row.
        let batches = (count + Self.batch - 1) / Self.batch
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var samples = SampleRuns(seed: UInt64(worker + 1))
                    for batch in stride(from: worker, to: batches, by: workers) {
                        try await fill(batch, of: batches, count, agents, &samples, in: store, before: now)
                        if worker == 0, (batch / workers) % 100 == 99 {
                            let seconds = (ContinuousClock.now - start) / .seconds(1)
                            let stored = (batch + 1) * Self.batch
                            print("\(stored) runs, \(Int(Double(stored) / seconds)) a second")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        try store.close()
        print("admin token \(secret.text)")
    }

    private static func fill(
        _ batch: Int,
        of batches: Int,
        _ count: Int,
        _ agents: [String],
        _ samples: inout SampleRuns,
        in store: SQLStore,
        before now: Timestamp
    ) async throws {
        // A stride that is prime to both, so that models and hosts mix.
        let pair = batch * 7919 % (SampleRuns.models * SampleRuns.hosts)
        let (model, host) = (pair % SampleRuns.models, pair / SampleRuns.models)
        let days = 730.0 * Double(batches - batch) / Double(batches)
        let first = now.advanced(bySeconds: -Int(days * 86_400))
        var random = SystemRandomNumberGenerator()
        let runs = (0..<min(Self.batch, count - batch * Self.batch)).map { index in
            let moment = first.advanced(bySeconds: -20 * (Self.batch - index))
            var run = samples.run(
                model: model,
                host: host,
                agentId: agents[host],
                id: UUIDv7.make(at: moment, using: &random),
                at: moment
            )
            // Some fail, few with flags of their own.
            if index % 50 == 7 {
                run.outcome = index % 100 == 7 ? .oom : .timeout
                (run.warmUp, run.heat, run.load, run.roofline, run.layers) = (nil, nil, nil, nil, nil)
                (run.latencyNanoseconds, run.throughputPerSecond, run.energy) = (nil, nil, nil)
            }
            if index % 40 == 3 { run.flags.append(.throttled) }
            return run
        }
        let received = first.advanced(bySeconds: 5)
        let sentAt = Timestamp(millisecondsSinceEpoch: received.millisecondsSinceEpoch + Int64(host) * 10 - 1000)
        let results = try await store.insert(runs, from: .administrator, sentAt: sentAt, at: received)
        guard results.allSatisfy({ $0.status == .stored }) else {
            throw StoreError(.failed, "not stored: \(results.first { $0.status != .stored }?.reason ?? "")")
        }
    }

    /// Says how accurate a model is: rankings of models nobody has evaluated are short.
    private static func evaluate(_ model: Int, in store: SQLStore, at now: Timestamp) async throws {
        var samples = SampleRuns(seed: 1)
        let run = samples.run(model: model, host: 0, agentId: nil, id: UUIDv7.make(at: now), at: now)
        let top1 = 0.6 + 0.004 * Double(model)
        let accuracy = ModelAccuracy(
            model: run.model.name,
            top1: top1,
            top1Interval: [top1 - 0.01, top1 + 0.01],
            images: 5000,
            dataset: "none",
            measuredAt: now,
            producer: "store-benchmark"
        )
        try await store.replaceAccuracy(accuracy, ofModel: run.model.sha256, at: now)
    }

    /// A tier for each kind of memory the hosts have.
    private static var tiers: TierList {
        TierList(
            tiers: (1...8).map { gibibytes in
                Tier(
                    id: "board-\(gibibytes)g",
                    priceUsd: 30 + 12 * Double(gibibytes),
                    memoryMib: Double(gibibytes) * 1024,
                    idleWatts: 2.7,
                    activeWatts: 6.4,
                    match: .init(memoryMib: [Double(gibibytes) * 1024 - 1, Double(gibibytes) * 1024 + 1])
                )
            }
        )
    }

    private static func enroll(_ count: Int, in store: SQLStore, at now: Timestamp) async throws -> [String] {
        let token = NewToken(hash: TokenSecret(role: .enrollment).hash, role: .enrollment, usesLeft: count)
        let tokenId = try await store.createToken(token, at: now)
        var ids: [String] = []
        for index in 0..<count {
            let request = EnrollRequest(
                name: "edge-\(index)",
                labels: [:],
                host: SampleRuns.host(index),
                version: Edgeprof.version,
                publicKey: Data((0..<32).map { _ in UInt8.random(in: 0...255) }).base64EncodedString()
            )
            let agentToken = NewToken(hash: TokenSecret(role: .agent).hash, role: .agent)
            let agent = try await store.enroll(
                request,
                enrollmentTokenId: tokenId,
                agentToken: agentToken,
                at: now
            )
            ids.append(agent?.id ?? "")
        }
        return ids
    }
}
