import EdgeprofAPI
import Foundation

extension FieldChecker {
    /// More bytes than any host or process has: 512 TiB.
    static let maximumBytes: UInt64 = 1 << 49

    mutating func check(_ host: HostFacts, _ path: String = "host") {
        for (name, text) in [
            ("hostname", host.hostname), ("architecture", host.architecture), ("cpuModel", host.cpuModel),
            ("kernel", host.kernel), ("operatingSystem", host.operatingSystem), ("isa", host.isa),
        ] {
            require(text: text, "\(path).\(name)", bytes: 1...256)
        }
        if let board = host.board { require(text: board, "\(path).board", bytes: 1...256) }
        require(host.usableCpus, "\(path).usableCpus", in: 1...65_536)
        require(host.onlineCpus, "\(path).onlineCpus", in: 1...65_536)
        require(host.memoryBytes, "\(path).memoryBytes", in: 1...Self.maximumBytes)
        require(host.cacheBytes.count <= 16, "\(path).cacheBytes", "must have 16 entries at most")
        for (level, bytes) in host.cacheBytes {
            require(text: level, "\(path).cacheBytes", bytes: 1...32)
            require(bytes, "\(path).cacheBytes", in: 0...Self.maximumBytes)
        }
        if let line = host.cacheLineBytes { require(line, "\(path).cacheLineBytes", in: 1...65_536) }
        guard let limits = host.limits else { return }
        if let cpus = limits.cpus {
            require((1...65_536).contains(cpus.count), "\(path).limits.cpus", "must name 1 to 65536 CPUs")
            let isSound = cpus.allSatisfy { (0...65_535).contains($0) }
            require(isSound, "\(path).limits.cpus", "must be numbers from 0 to 65535")
        }
        if let isa = limits.isa { require(text: isa, "\(path).limits.isa", bytes: 1...64) }
        if let bytes = limits.memoryBytes { require(bytes, "\(path).limits.memoryBytes", in: 1...Self.maximumBytes) }
    }

    mutating func check(labels: [String: String]) {
        require(labels.count <= 64, "labels", "must be 64 at most")
        for (name, value) in labels {
            require(text: name, "labels", bytes: 1...64)
            require(text: value, "labels", bytes: 0...256)
        }
    }

    mutating func check(_ request: EnrollRequest) {
        require(text: request.name, "name", bytes: 1...128)
        require(text: request.version, "version", bytes: 1...64)
        let isKey = Data(base64Encoded: request.publicKey)?.count == 32
        require(isKey, "publicKey", "must be an Ed25519 public key, 32 bytes as base64")
        check(labels: request.labels)
        check(request.host)
    }

    mutating func check(_ heartbeat: Heartbeat) {
        require(text: heartbeat.version, "version", bytes: 1...64)
        check(heartbeat.host)
        require(heartbeat.spoolRecords, "spoolRecords", in: 0...1_000_000_000)
        require(heartbeat.spoolBytes, "spoolBytes", in: 0...Self.maximumBytes)
        require(heartbeat.droppedRecords, "droppedRecords", in: 0...(1 << 53))
        require(heartbeat.rssBytes, "rssBytes", in: 0...Self.maximumBytes)
        require(heartbeat.cpuSeconds, "cpuSeconds", in: 0...1e12)
        if let bytes = heartbeat.peakRssBytes { require(bytes, "peakRssBytes", in: 0...Self.maximumBytes) }
        if let bytes = heartbeat.sentBytes { require(bytes, "sentBytes", in: 0...(1 << 53)) }
        if let offset = heartbeat.utcOffsetSeconds { require(offset, "utcOffsetSeconds", in: -86_400...86_400) }
        if let measuring = heartbeat.measuring {
            require(text: measuring.model, "measuring.model", bytes: 1...128)
            require(measuring.expectedSeconds, "measuring.expectedSeconds", in: 0...86_400)
        }
    }
}
