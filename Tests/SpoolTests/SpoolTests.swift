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
        #expect(spool.pending().allSatisfy { $0.reference.map(spool.isAnswered) == true })
        #expect(!spool.isAnswered("task-3") && !spool.isAnswered("task-99"))
        #expect(spool.statistics.records == 18)
        #expect(spool.statistics.bytes == folder.recordBlocks)
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
        let size = folder.blockBytes
        do {
            let spool = try Spool(folder: folder.spool, byteCap: 3 * size)
            for index in 0..<5 {
                let admission = try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100))
                #expect(admission == Spool.Admission(isKept: true, dropped: index < 3 ? 0 : 1))
                #expect(spool.statistics.bytes <= spool.byteCap)
            }
            #expect(spool.pending().map(\.id) == ["2", "3", "4"])
        }
        let spool = try Spool(folder: folder.spool, byteCap: 3 * size)
        #expect(spool.pending().map(\.id) == ["2", "3", "4"])
        #expect(spool.statistics.dropped == 2)
        #expect(try spool.append(id: "big", payload: [UInt8](repeating: 7, count: Int(size) + 1)).dropped == 2)
        #expect(spool.statistics.dropped == 4)
        #expect(folder.names().filter { $0.hasSuffix(".record") }.count == 2)
    }

    @Test func aSmallerCapThanBeforeDropsUntilItHolds() throws {
        let folder = try TemporaryFolder()
        do {
            let spool = try Spool(folder: folder.spool)
            for index in 0..<10 { try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100)) }
        }
        let spool = try Spool(folder: folder.spool, byteCap: 2 * folder.blockBytes)
        #expect(spool.pending().count == 10)
        #expect(try spool.append(id: "new", payload: [1]).dropped == 9)
        #expect(spool.statistics.bytes <= spool.byteCap)
        #expect(spool.pending().last?.id == "new")
    }

    @Test func aRecordLargerThanTheSpoolIsRefusedAndNothingIsDropped() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool, byteCap: folder.blockBytes)
        try spool.append(id: "a", payload: [1])
        // A byte more than a block takes two.
        let large = [UInt8](repeating: 0, count: Int(folder.blockBytes) + 1)
        #expect(throws: SpoolError.self) { try spool.append(id: "b", payload: large) }
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
        #expect(spool.isAnswered("task-a") && spool.isAnswered("task-b") && !spool.isAnswered("task-c"))
        #expect(try spool.payload(of: "a") == nil)
        // Its number is not used again, or the next rejected record would overwrite it.
        try spool.append(id: "c", payload: [3])
        #expect(folder.names().contains("0000000000000003.record"))
    }

    @Test func whatIsSetAsideIsBoundedToo() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool, byteCap: 32 * folder.blockBytes)
        for index in 0..<50 {
            try spool.append(id: "\(index)", payload: [UInt8](repeating: 7, count: 100))
            try spool.reject("\(index)", reason: "no")
        }
        let kept = folder.names("rejected").filter { $0.hasSuffix(".record") }
        // A block for the record and one for the reason each, in a quarter of the cap.
        #expect(kept.count == 4)
        #expect(kept.last == "0000000000000032.record")
        #expect(folder.names("rejected").count == 2 * kept.count)
    }

    @Test func whatIsWorthLessGoesFirst() throws {
        let folder = try TemporaryFolder()
        let cap = 3 * folder.blockBytes
        do {
            let spool = try Spool(folder: folder.spool, byteCap: cap)
            try spool.append(id: "sound", worth: .high, payload: [1])
            try spool.append(id: "disturbed", reference: "task-d", worth: .middle, payload: [2])
            try spool.append(id: "failed", reference: "task-f", worth: .low, payload: [3])
            #expect(try spool.append(id: "sound2", payload: [4]).dropped == 1)
            #expect(spool.pending().map(\.id) == ["sound", "disturbed", "sound2"])
            // Not measured again while there is no room for it.
            #expect(spool.isAnswered("task-f") && spool.statistics.dropped == 1)
        }
        // What a record is worth survives a restart.
        let spool = try Spool(folder: folder.spool, byteCap: cap)
        #expect(spool.pending().map(\.worth) == [.high, .middle, .high])
        #expect(try spool.append(id: "sound3", payload: [5]).isKept)
        #expect(spool.pending().map(\.id) == ["sound", "sound2", "sound3"])
        #expect(
            try spool.append(id: "failed2", reference: "task-g", worth: .low, payload: [6])
                == Spool.Admission(isKept: false, dropped: 1)
        )
        #expect(spool.pending().map(\.id) == ["sound", "sound2", "sound3"] && spool.statistics.dropped == 3)
        #expect(spool.isAnswered("task-g") && spool.isAnswered("task-d"))
        spool.remove(["sound", "sound2"])
        // There is room again: the assignments may be taken up once more.
        #expect(!spool.isAnswered("task-g") && !spool.isAnswered("task-d"))
    }

    @Test func whatWasHandedOverAMomentAgoIsStillAnswered() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool)
        try spool.append(id: "a", reference: "task-a", payload: [1])
        spool.remove(["a"])
        #expect(spool.isAnswered("task-a") && spool.statistics == Spool.Statistics(records: 0, bytes: 0, dropped: 0))
        var recent = RecentNames(limit: 3)
        for name in ["a", "b", "a", "c", "d", "e"] { recent.insert(CompactName(name)) }
        #expect(
            ["a", "b", "c", "d", "e"].map { recent.contains(CompactName($0)) } == [false, false, true, true, true]
        )
    }

    /// The spool against a list, with restarts in between.
    @Test(arguments: 1...8) func behavesLikeAList(seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(state: seed)
        let block = folder.blockBytes
        let byteCap = 12 * block
        var spool: Spool? = try Spool(folder: folder.spool, byteCap: byteCap)
        var model: [(id: String, worth: Spool.Worth, payload: [UInt8])] = []
        var dropped: UInt64 = 0
        for step in 0..<200 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6:
                let count = Int.random(in: 0..<Int(3 * block), using: &random)
                let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ step) }
                let worth = Spool.Worth.allCases[Int.random(in: 0..<3, using: &random)]
                let admission = try spool?.append(id: "id-\(step)", worth: worth, payload: payload)
                let blocks = { (id: String, payload: [UInt8]) in
                    let size = SpoolRecord.encodedBytes(id: id, reference: nil, payloadBytes: payload.count)
                    return (UInt64(size) + block - 1) / block * block
                }
                // What the documentation says, word by word.
                var after = model
                after.append(("id-\(step)", worth, payload))
                var goners = 0
                while after.reduce(0, { $0 + blocks($1.id, $1.payload) }) > byteCap {
                    let victim = after.dropLast().filter { $0.worth <= worth }.min { $0.worth < $1.worth }
                    guard let victim else { break }
                    after.removeAll { $0.id == victim.id }
                    goners += 1
                }
                let fits = after.reduce(0) { $0 + blocks($1.id, $1.payload) } <= byteCap
                if fits { model = after }
                #expect(
                    admission == Spool.Admission(isKept: fits, dropped: fits ? goners : 1),
                    "seed \(seed) step \(step)"
                )
                dropped += UInt64(fits ? goners : 1)
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
