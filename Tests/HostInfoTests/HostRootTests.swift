import Glibc
import HostTestSupport
import Testing

@testable import HostInfo

@Suite struct HostRootTests {
    @Test func readsWhatIsThere() throws {
        let host = try FixtureHost(files: [("/proc/a", "one\ntwo\n"), ("/proc/value", " 12 \n\0")])
        #expect(try host.root.read("/proc/a").get() == "one\ntwo\n")
        #expect(host.root.readValue("/proc/value") == "12")
        #expect(host.root.names(in: "/proc") == ["a", "value"])
        #expect(host.root.exists("/proc/a") && !host.root.exists("/proc/b"))
    }

    @Test func aLineThatTheLimitCutsIsLeftOut() throws {
        let host = try FixtureHost(files: [("/f", "1000\n2000\n3000\n"), ("/long", String(repeating: "9", count: 100))])
        #expect(try host.root.read("/f", limitBytes: 15).get() == "1000\n2000\n3000\n")
        #expect(try host.root.read("/f", limitBytes: 14).get() == "1000\n2000\n")
        #expect(try host.root.read("/f", limitBytes: 5).get() == "1000\n")
        #expect(try host.root.read("/f", limitBytes: 4).get() == "")
        // Half a number is not a number.
        #expect(try host.root.read("/long", limitBytes: 50).get() == "")
    }

    @Test func aFileLargerThanOneReadComesWhole() throws {
        let text = String(repeating: "0123456789abcde\n", count: 10_000)
        let host = try FixtureHost(files: [("/f", text)])
        #expect(try host.root.read("/f", limitBytes: 1 << 20).get() == text)
        #expect(try host.root.read("/f").get().utf8.count == HostRoot.defaultLimitBytes)
    }

    @Test func errorsKeepTheSystemsNumber() throws {
        let host = try FixtureHost(files: [("/folder/", ""), ("/file", "x")])
        let root = HostRoot(host.path, failures: ["/secret": EACCES])
        func code(_ path: String) -> Int32? {
            if case .failure(let error) = root.read(path) { error.code } else { nil }
        }
        #expect(code("/none") == ENOENT)
        #expect(code("/folder") == EISDIR)
        #expect(code("/file/below") == ENOTDIR)
        #expect(code("/secret") == EACCES)
        #expect(root.readValue("/secret") == nil)
        #expect(root.names(in: "/none").isEmpty)
    }

    @Test func aFIFODoesNotBlock() throws {
        let host = try FixtureHost(files: [])
        #expect(mkfifo(host.path + "/fifo", 0o600) == 0)
        #expect(try host.root.read("/fifo").get() == "")
    }

    @Test func writesWithoutCreating() throws {
        let host = try FixtureHost(files: [("/control", "old")])
        #expect(host.root.write("5", to: "/control") == nil)
        #expect(try host.root.read("/control").get() == "5ld")
        #expect(host.root.write("5", to: "/none")?.code == ENOENT)
        #expect(host.root.errorOpeningForWriting("/control") == nil)
        #expect(host.root.errorOpeningForWriting("/none")?.code == ENOENT)
    }

    @Test func whatAnErrorSaysOfTheQuantity() {
        func availability(_ code: Int32) -> Availability {
            HostFileError(path: "/f", code: code).availability(absent: "no such thing", remedy: "sudo mend")
        }
        #expect(availability(ENOENT) == .absent("no such thing"))
        #expect(availability(EACCES) == .denied("/f may not be opened by this user", remedy: "sudo mend"))
        #expect(availability(EIO).status == .absent)
        #expect(availability(EIO).reason?.contains("/f") == true)
    }
}
