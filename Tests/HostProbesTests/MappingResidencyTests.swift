import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct MappingResidencyTests {
    private static let smaps = """
        55d0c0a00000-55d0c0a21000 r--p 00000000 fd:01 1181 /usr/bin/Rss: 9 kB
        Size:                132 kB
        Rss:                 100 kB
        VmFlags: rd mr mw me sd
        7f0000000000-7f0000400000 r--s 00000000 00:2b 77 /tmp/a plan
        Size:               4096 kB
        Rss:                2048 kB
        Pss:                1024 kB
        7fff00000000-7fff00021000 rw-p 00000000 00:00 0 [stack]
        Size:                132 kB

        """

    @Test func theMappingAroundAnAddress() {
        func bytes(_ address: UInt64) -> Int64? { MappingResidency.residentBytes(at: address, smaps: Self.smaps) }
        #expect(bytes(0x7f00_0000_0000) == 2048 << 10)
        #expect(bytes(0x7f00_003f_ffff) == 2048 << 10)
        #expect(bytes(0x55d0_c0a0_0001) == 100 << 10)
        #expect(bytes(0x7f00_0040_0000) == nil && bytes(0) == nil && bytes(.max) == nil)
        // A mapping without the line.
        #expect(bytes(0x7fff_0000_0000) == nil)
    }

    @Test(arguments: [
        "", "0-ffffffffffffffffff r--p\nRss: 4 kB\n", "0-f\nRss: x kB\n", "0-f\nRss: 99999999999999999999 kB\n",
        "-0\nRss: 4 kB\n", "0\nRss: 4 kB\n", "Rss: 4 kB\n", "f-0\nRss: 4 kB\n", "0-f-f\nRss: 4 kB\n",
    ])
    func noMapping(_ smaps: String) {
        #expect(MappingResidency.residentBytes(at: 1, smaps: smaps) == nil)
    }

    @Test func reasons() throws {
        let host = try FixtureHost(files: [("/proc/self/smaps", "")])
        #expect(MappingResidency.residentBytes(at: 1, root: host.root).availability.status == .absent)
        let locked = HostRoot(host.path, failures: ["/proc/self/smaps": EACCES, "/proc/self/smaps_rollup": EACCES])
        #expect(MappingResidency.residentBytes(at: 1, root: locked).availability.status == .denied)
        #expect(ProcessMemory.proportional(root: locked).availability.status == .denied)
        #expect(ProcessMemory.proportional(root: host.root).availability.reason?.contains("smaps_rollup") == true)
    }

    @Test func ofThisProcess() throws {
        let size = 4 << 20
        let memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        defer { munmap(memory, size) }
        // A guard page on each side would be a mapping of its own; neighbours of the same kind may be joined to this one.
        memset(memory, 1, size / 2)
        let faults = PageFaults.now
        let resident = MappingResidency.residentBytes(at: UInt64(UInt(bitPattern: memory)) + 1)
        #expect(try #require(resident.value) >= size / 2)
        memset(memory, 1, size)
        #expect(PageFaults.now.since(faults).minor > 0)
    }
}
