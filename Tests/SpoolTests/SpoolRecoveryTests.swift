import Foundation
import Testing

@testable import Spool

/// What a spool makes of a folder that crashes, bad disks and full ones have left behind.
@Suite struct SpoolRecoveryTests {
    private let second = "0000000000000002.record"

    /// Three records, the second replaced by these bytes.
    private func damagedFolder(_ bytes: [UInt8]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool)
        for index in 1...3 { try spool.append(id: "run-\(index)", payload: Array("payload".utf8)) }
        try folder.write(bytes, second)
        return folder
    }

    private func expectOnlyTheSecondIsSetAside(_ folder: TemporaryFolder, _ comment: Comment) throws {
        do {
            let spool = try Spool(folder: folder.spool)
            #expect(spool.pending().map(\.id) == ["run-1", "run-3"], comment)
            #expect(spool.damaged.map(\.name) == [second], comment)
            #expect(folder.names("corrupt") == [second, second + ".reason"], comment)
        }
        #expect(try Spool(folder: folder.spool).damaged.isEmpty, comment)
    }

    @Test func aRecordCutShortAnywhereIsSetAsideOnce() throws {
        let whole = SpoolRecord(id: "run-2", reference: nil, payload: Array("payload".utf8)).encoded
        for length in 0..<whole.count {
            try expectOnlyTheSecondIsSetAside(try damagedFolder(Array(whole[..<length])), "\(length) bytes left")
        }
    }

    @Test func aFlippedBitIsFoundAtTheLatestWhenTheRecordIsRead() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool)
        for index in 1...3 { try spool.append(id: "run-\(index)", payload: Array("payload".utf8)) }
        var bytes = folder.bytes(second)
        bytes[bytes.count - 6] ^= 4
        try folder.write(bytes, second)
        do throws(SpoolError) {
            _ = try spool.payload(of: "run-2")
            Issue.record("damaged payload was handed out")
        } catch {
            #expect(error.code == .damaged)
        }
        #expect(spool.pending().map(\.id) == ["run-1", "run-3"])
        #expect(folder.names("corrupt").contains(second))
        #expect(try spool.payload(of: "run-2") == nil)
    }

    @Test func aRecordSomeoneDeletedIsForgotten() throws {
        let folder = try TemporaryFolder()
        let spool = try Spool(folder: folder.spool)
        try spool.append(id: "run-1", payload: [1])
        try FileManager.default.removeItem(atPath: folder.spool + "/0000000000000001.record")
        #expect(throws: SpoolError.self) { try spool.payload(of: "run-1") }
        #expect(spool.statistics.records == 0)
    }

    @Test func theSameIdInTwoFilesComesUpOnce() throws {
        let folder = try damagedFolder(SpoolRecord(id: "run-1", reference: nil, payload: []).encoded)
        try expectOnlyTheSecondIsSetAside(folder, "duplicate")
    }

    @Test(arguments: ["ffffffffffffffff.record", "zz.record", "0000000000000002x.record", ".record"])
    func filesWithBadNamesAreSetAside(name: String) throws {
        let folder = try TemporaryFolder()
        try Spool(folder: folder.spool).append(id: "run-1", payload: [1])
        try folder.write(folder.bytes("0000000000000001.record"), name)
        let spool = try Spool(folder: folder.spool)
        #expect(spool.pending().map(\.id) == ["run-1"])
        #expect(spool.damaged.map(\.name) == [name])
        try spool.append(id: "run-2", payload: [2])
        #expect(folder.names().contains("0000000000000002.record"))
    }

    @Test func aFolderWhereARecordShouldBeIsSetAside() throws {
        let folder = try TemporaryFolder()
        try Spool(folder: folder.spool).append(id: "run-1", payload: [1])
        try FileManager.default.createDirectory(
            atPath: "\(folder.spool)/\(second)",
            withIntermediateDirectories: false
        )
        let spool = try Spool(folder: folder.spool)
        #expect(spool.pending().map(\.id) == ["run-1"] && spool.damaged.map(\.name) == [second])
    }

    @Test func recordsNeverFinishedAreDeleted() throws {
        let folder = try TemporaryFolder()
        try Spool(folder: folder.spool).append(id: "run-1", payload: [1])
        try folder.write([1, 2, 3], second + ".partial")
        let spool = try Spool(folder: folder.spool)
        #expect(spool.damaged.isEmpty && spool.pending().map(\.id) == ["run-1"])
        #expect(!folder.names().contains(second + ".partial"))
    }

    @Test(arguments: ["", "x", "-1", "99999999999999999999999"])
    func anUnreadableDropCounterStartsAgain(text: String) throws {
        let folder = try TemporaryFolder()
        try Spool(folder: folder.spool).append(id: "run-1", payload: [1])
        try folder.write(Array(text.utf8), "drops")
        let spool = try Spool(folder: folder.spool)
        #expect(spool.statistics.dropped == 0 && spool.damaged.map(\.name) == ["drops"])
    }

    @Test func theDropCounterDoesNotOverflow() throws {
        let folder = try TemporaryFolder()
        try Spool(folder: folder.spool).append(id: "run-1", payload: [UInt8](repeating: 0, count: 100))
        try folder.write(Array("\(UInt64.max)\n".utf8), "drops")
        let spool = try Spool(folder: folder.spool, byteCap: folder.blockBytes)
        #expect(try spool.append(id: "run-2", payload: [UInt8](repeating: 0, count: 100)).dropped == 1)
        #expect(spool.statistics.dropped == .max)
    }

    @Test func aPlaceThatIsNoFolderIsRefusedInOneSentence() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(fileURLWithPath: folder.spool))
        #expect(throws: SpoolError(code: .notWritable, message: "cannot use '\(folder.spool)': Not a directory")) {
            try Spool(folder: folder.spool)
        }
        let missing = folder.path + "/missing/spool"
        #expect(throws: SpoolError(code: .notFound, message: "cannot make '\(missing)': No such file or directory")) {
            try Spool(folder: missing)
        }
    }
}
