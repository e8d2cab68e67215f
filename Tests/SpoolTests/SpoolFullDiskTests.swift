import Foundation
import Glibc
import Testing

@testable import Spool

/// On a tmpfs of 128 KiB; needs the right to mount one.
@Suite struct SpoolFullDiskTests {
    private static let mayMount: Bool = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-mount-\(UUID())").path
        guard mkdir(folder, 0o700) == 0 else { return false }
        defer { rmdir(folder) }
        guard mount("tmpfs", folder, "tmpfs", 0, "size=128k") == 0 else {
            print("skipped: full disk and read-only disk, no tmpfs can be mounted: \(String(cString: strerror(errno)))")
            return false
        }
        return umount(folder) == 0
    }()

    private func onTmpfs(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "edgeprof-tmpfs-\(UUID())").path
        try #require(mkdir(folder, 0o700) == 0)
        try #require(mount("tmpfs", folder, "tmpfs", 0, "size=128k") == 0)
        defer {
            umount2(folder, Int32(MNT_DETACH))
            rmdir(folder)
        }
        try body(folder)
    }

    @Test(.enabled(if: mayMount)) func aFullDiskLosesNothingAndIsUsedAgainWhenThereIsRoom() throws {
        try onTmpfs { folder in
            let spool = try Spool(folder: folder + "/spool")
            var kept: [String] = []
            var failure: SpoolError?
            while failure == nil {
                let id = "run-\(kept.count)"
                do throws(SpoolError) {
                    try spool.append(id: id, payload: [UInt8](repeating: 7, count: 5000))
                    kept.append(id)
                } catch { failure = error }
            }
            #expect(failure?.code == .noSpace)
            #expect(kept.count > 5)
            #expect(spool.pending().map(\.id) == kept)
            for _ in 0..<3 {
                #expect(throws: SpoolError.self) {
                    try spool.append(id: "x", payload: [UInt8](repeating: 7, count: 5000))
                }
            }
            spool.remove(kept.prefix(2))
            try spool.append(id: "late", payload: [UInt8](repeating: 8, count: 5000))
            #expect(try spool.payload(of: "late")?.count == 5000)
            #expect(spool.pending().map(\.id) == kept.dropFirst(2) + ["late"])
            #expect(spool.statistics.dropped == 0)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/spool")
            #expect(!names.contains { $0.hasSuffix(".partial") })
        }
    }

    @Test(.enabled(if: mayMount)) func aDiskGoneReadOnlyThrowsAndStillReads() throws {
        try onTmpfs { folder in
            var spool: Spool? = try Spool(folder: folder + "/spool")
            try spool?.append(id: "run-1", payload: [1])
            spool = nil
            try #require(mount(nil, folder, nil, UInt(MS_REMOUNT | MS_RDONLY), nil) == 0)
            do throws(SpoolError) {
                _ = try Spool(folder: folder + "/spool")
                Issue.record("opened on a read-only disk")
            } catch {
                #expect(error.code == .notWritable)
                #expect(error.message.contains("Read-only file system"))
            }
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
    func aFolderOneMayNotWriteToIsRefused() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o500)
        #expect(throws: SpoolError.self) { try Spool(folder: folder.spool) }
        chmod(folder.path, 0o700)
    }
}
