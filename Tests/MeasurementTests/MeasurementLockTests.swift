import Glibc
import Synchronization
import Testing

@testable import Measurement

@Suite struct MeasurementLockTests {
    private static let name = "edgeprof-measure.lock"

    private func lock(
        _ folders: [String],
        cancellation: MeasurementCancellation = MeasurementCancellation(),
        onWait: () -> Void = {}
    ) throws -> MeasurementLock {
        try MeasurementLock(folders: folders, cancellation: cancellation, onWait: onWait)
    }

    @Test func anyoneMayLockTheFile() throws {
        let folder = TemporaryFolder()
        let before = umask(0o077)
        defer { umask(before) }
        _ = try lock([folder.path])
        var status = stat()
        #expect(stat(folder.path + "/" + Self.name, &status) == 0)
        #expect(status.st_mode & 0o7777 == 0o666)
        #expect(status.st_size == 0)
    }

    @Test func theSecondWaitsForTheFirst() throws {
        let folder = TemporaryFolder()
        var first: MeasurementLock? = try lock([folder.path])
        #expect(first?.files.count == 1)
        let cancellation = MeasurementCancellation()
        var waits = 0
        #expect(throws: MeasurementError.cancelled) {
            try lock([folder.path], cancellation: cancellation) {
                waits += 1
                cancellation.cancel()
            }
        }
        #expect(waits == 1)
        first = nil
        _ = try lock([folder.path]) { waits += 1 }
        #expect(waits == 1)
    }

    /// The first user can write both folders, the second only the latter: they must still meet.
    @Test func usersMeetInWhateverFolderBothCanUse() throws {
        let first = TemporaryFolder()
        let second = TemporaryFolder()
        let held = try lock([first.path, second.path])
        #expect(held.files.count == 2)
        let cancellation = MeasurementCancellation()
        #expect(throws: MeasurementError.cancelled) {
            try lock(["/nonexistent/lock", second.path], cancellation: cancellation) { cancellation.cancel() }
        }
    }

    @Test func aPlantedLinkIsNotFollowed() throws {
        let folder = TemporaryFolder()
        let victim = folder.write("victim", "precious", mode: 0o600)
        symlink(victim, folder.path + "/" + Self.name)
        #expect { try lock([folder.path]) } throws: {
            ($0 as? MeasurementError)?.code == .noLock && "\($0)".contains("is a symbolic link")
        }
        symlink(folder.path + "/made", folder.path + "/dangling")
        rename(folder.path + "/dangling", folder.path + "/" + Self.name)
        #expect(throws: MeasurementError.self) { try lock([folder.path]) }
        var status = stat()
        #expect(stat(victim, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_size == 8)
        #expect(stat(folder.path + "/made", &status) != 0)
    }

    @Test func aPlantedPipeDoesNotBlock() throws {
        let folder = TemporaryFolder()
        mkfifo(folder.path + "/" + Self.name, 0o666)
        #expect { try lock([folder.path]) } throws: { "\($0)".contains("is not a regular file") }
        // It does not keep others from locking elsewhere.
        let other = TemporaryFolder()
        #expect(try lock([folder.path, other.path]).files.count == 1)
        withExtendedLifetime(other) {}
    }

    @Test func noFolderIsAnError() {
        #expect { try lock(["/nonexistent/a", "/nonexistent/b"]) } throws: {
            "\($0)".contains("/nonexistent/a") && "\($0)".contains("/nonexistent/b")
        }
    }

    @Test func theChildKeepsTheLockAlive() throws {
        let folder = TemporaryFolder()
        var held: MeasurementLock? = try lock([folder.path])
        let child = try ChildProcess(
            ChildCommand(
                executable: "/bin/sleep",
                arguments: ["100"],
                files: held?.files ?? [],
                timeoutNanoseconds: 60_000_000_000,
                outputLimit: 0
            )
        )
        held = nil
        let cancellation = MeasurementCancellation()
        #expect(throws: MeasurementError.cancelled) {
            try lock([folder.path], cancellation: cancellation) { cancellation.cancel() }
        }
        #expect(throws: MeasurementError.cancelled) { try child.wait(cancellation: cancellation) }
        _ = try lock([folder.path]) { Issue.record("the lock outlived the child") }
    }
}
