import Foundation
import Testing

@testable import Spool

@Suite struct SpoolTests {
    @Test func keepsRecordsInOrderAcrossRestarts() throws {
        let folder = try TemporaryFolder()
        do {
            let spool = try Spool(folder: folder.spool)
            for index in 0..<20 {
                try spool.append(
                    id: "run-\(index)",
                    reference: "task-\(index)",
                    payload: Array("payload \(index)".utf8)
                )
            }
            spool.remove(["run-3", "run-0", "unknown"])
        }
        let spool = try Spool(folder: folder.spool)
        #expect(spool.damaged.isEmpty)
        #expect(spool.pending().map(\.id) == (0..<20).filter { $0 != 3 && $0 != 0 }.map { "run-\($0)" })
        #expect(spool.pending(limit: 2).map(\.reference) == ["task-1", "task-2"])
        #expect(try spool.payload(of: "run-7") == Array("payload 7".utf8))
        #expect(try spool.payload(of: "run-3") == nil)
        #expect(spool.references == Set(spool.pending().compactMap(\.reference)) && spool.references.count == 18)
        #expect(spool.statistics.records == 18)
        let onDisk = folder.names().filter { $0.hasSuffix(".record") }.reduce(0) { $0 + folder.bytes($1).count }
        #expect(spool.statistics.bytes == UInt64(onDisk))
    }

    @Test func carriesAnyBytes() throws {
        let folder = try TemporaryFolder()
        let payloads: [[UInt8]] = [[], Array(0...255), [UInt8](repeating: 0, count: 300_000)]
        for (index, payload) in payloads.enumerated() {
            try Spool(folder: folder.spool).append(id: "\(index)", payload: payload)
        }
        let spool = try Spool(folder: folder.spool)
        for (index, payload) in payloads.enumerated() { #expect(try spool.payload(of: "\(index)") == payload) }
        #expect(spool.pending().allSatisfy { $0.reference == nil })
    }

    @Test func refusesAnIdTwice() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool)
        try spool.append(id: "a", payload: [1])
        #expect(throws: SpoolError.self) { try spool.append(id: "a", payload: [2]) }
        #expect(try spool.payload(of: "a") == [1])
    }

    @Test func onlyOneAtATime() throws {
        let folder = try TemporaryFolder()
        var first: Spool? = try Spool(folder: folder.spool)
        #expect(first?.pending().isEmpty == true)
        #expect(throws: SpoolError(code: .inUse, message: "'\(folder.spool)' is in use by another process")) {
            try Spool(folder: folder.spool)
        }
        first = nil
        _ = try Spool(folder: folder.spool)
    }

    /// Regression: a lock that could not be had closed its file twice, the second time somebody else's.
    @Test func beingRefusedLeavesOtherFilesOpen() async throws {
        let folder = try TemporaryFolder()
        let holder = try Spool(folder: folder.spool)
        try folder.write([7], "file")
        let (spool, file) = (folder.spool, folder.spool + "/file")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for _ in 0..<3000 { #expect(throws: SpoolError.self) { try Spool(folder: spool) } }
            }
            group.addTask {
                for _ in 0..<30_000 { try #require(try DurableFile.read(file, limit: 1) == [7]) }
            }
            try await group.waitForAll()
        }
        #expect(holder.statistics.records == 0)
    }

    @Test func dropsTheOldestWhenFullAndCountsThemForEver() throws {
        let folder = try TemporaryFolder()
        let size = UInt64(SpoolRecord.encodedBytes(id: "0", reference: nil, payloadBytes: 100))
        do {
            let spool = try Spool(folder: folder.spool, byteCap: 3 * size)
            for index in 0..<5 {
                let dropped = try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100))
                #expect(dropped == (index < 3 ? 0 : 1))
                #expect(spool.statistics.bytes <= spool.byteCap)
            }
            #expect(spool.pending().map(\.id) == ["2", "3", "4"])
        }
        let spool = try Spool(folder: folder.spool, byteCap: 3 * size)
        #expect(spool.pending().map(\.id) == ["2", "3", "4"])
        #expect(spool.statistics.dropped == 2)
        #expect(try spool.append(id: "big", payload: [UInt8](repeating: 7, count: 200)) == 2)
        #expect(spool.statistics.dropped == 4)
        #expect(folder.names().filter { $0.hasSuffix(".record") }.count == 2)
    }

    @Test func aSmallerCapThanBeforeDropsUntilItHolds() throws {
        let folder = try TemporaryFolder()
        do {
            let spool = try Spool(folder: folder.spool)
            for index in 0..<10 { try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100)) }
        }
        let spool = try Spool(folder: folder.spool, byteCap: 300)
        #expect(spool.pending().count == 10)
        #expect(try spool.append(id: "new", payload: [1]) > 7)
        #expect(spool.statistics.bytes <= 300)
        #expect(spool.pending().last?.id == "new")
    }

    @Test func aRecordLargerThanTheSpoolIsRefusedAndNothingIsDropped() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool, byteCap: 200)
        try spool.append(id: "a", payload: [1])
        #expect(throws: SpoolError.self) { try spool.append(id: "b", payload: [UInt8](repeating: 0, count: 200)) }
        #expect(spool.pending().map(\.id) == ["a"])
        #expect(spool.statistics.dropped == 0)
    }

    @Test func rejectedRecordsAreKeptWithTheReasonAndRemembered() throws {
        let folder = try TemporaryFolder()
        do {
            let spool = try Spool(folder: folder.spool)
            try spool.append(id: "a", reference: "task-a", payload: [1])
            try spool.append(id: "b", reference: "task-b", payload: [2])
            try spool.reject("a", reason: "unknown model")
            try spool.reject("nobody", reason: "x")
            #expect(spool.pending().map(\.id) == ["b"])
        }
        #expect(folder.names("rejected") == ["0000000000000001.record", "0000000000000001.record.reason"])
        #expect(folder.bytes("rejected/0000000000000001.record.reason") == Array("unknown model\n".utf8))
        let spool = try Spool(folder: folder.spool)
        #expect(spool.references == ["task-a", "task-b"])
        #expect(try spool.payload(of: "a") == nil)
        // Its number is not used again, or the next rejected record would overwrite it.
        try spool.append(id: "c", payload: [3])
        #expect(folder.names().contains("0000000000000003.record"))
    }

    @Test func whatIsSetAsideIsBoundedToo() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool, byteCap: 4000)
        for index in 0..<50 {
            try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100))
            try spool.reject("\(index)", reason: "no")
        }
        let kept = folder.names("rejected").filter { $0.hasSuffix(".record") }
        #expect(kept.reduce(0) { $0 + folder.bytes("rejected/\($1)").count } <= 1000)
        #expect(kept.last == "0000000000000032.record")
        #expect(folder.names("rejected").count == 2 * kept.count)
    }

    /// The spool against a list, with restarts in between.
    @Test(arguments: 1...8) func behavesLikeAList(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(state: seed)
        let byteCap: UInt64 = 2000
        var spool: Spool? = try Spool(folder: folder.spool, byteCap: byteCap)
        var model: [(id: String, payload: [UInt8])] = []
        var dropped: UInt64 = 0
        for step in 0..<200 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let payload = (0..<Int.random(in: 0..<300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                try spool?.append(id: "id-\(step)", payload: payload)
                model.append(("id-\(step)", payload))
                let size = { (id: String, payload: [UInt8]) in
                    SpoolRecord.encodedBytes(id: id, reference: nil, payloadBytes: payload.count)
                }
                while model.reduce(0, { $0 + size($1.id, $1.payload) }) > byteCap {
                    model.removeFirst()
                    dropped += 1
                }
            case 6..<8:
                guard let id = model.randomElement(using: &random)?.id else { break }
                spool?.remove([id])
                model.removeAll { $0.id == id }
            case 8:
                guard let id = model.randomElement(using: &random)?.id else { break }
                try spool?.reject(id, reason: "r")
                model.removeAll { $0.id == id }
            default:
                spool = nil
                spool = try Spool(folder: folder.spool, byteCap: byteCap)
            }
            let current = try #require(spool)
            #expect(current.pending().map(\.id) == model.map(\.id), "seed \(seed) step \(step)")
            #expect(current.statistics.dropped == dropped, "seed \(seed) step \(step)")
            for record in model { #expect(try current.payload(of: record.id) == record.payload) }
        }
    }
}

/// A generator whose sequence a seed fixes (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators").
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
