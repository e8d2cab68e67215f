import HostTestSupport
import Testing

@testable import HostInfo

@Suite struct CacheLevelTests {
    /// A core of its own first level, a second shared by two, an instruction cache that does not count.
    private func host(sharedBy list: String?) throws -> HostRoot {
        var files: [(path: String, content: String)] = []
        for cpu in 0..<4 {
            let folder = "/sys/devices/system/cpu/cpu\(cpu)/cache/index"
            let levels = [("0", "Data", "32K", "1"), ("1", "Instruction", "64K", "1"), ("2", "Unified", "1024K", "2")]
            for (index, type, size, level) in levels {
                files += [
                    ("\(folder)\(index)/type", type + "\n"), ("\(folder)\(index)/size", size + "\n"),
                    ("\(folder)\(index)/level", level + "\n"),
                ]
            }
            if let list { files.append(("\(folder)2/shared_cpu_list", list + "\n")) }
        }
        return try FixtureHost(files: files).root
    }

    @Test func sharingIsCountedAmongTheCPUsAskedAbout() throws {
        let root = try host(sharedBy: "0-1")
        let first = CacheLevel(level: 1, bytes: 32 << 10, sharers: 1)
        #expect(
            CacheLevel.read(cpus: CPUList([0, 1, 2]), root: root)
                == [first, CacheLevel(level: 2, bytes: 1 << 20, sharers: 2)]
        )
        #expect(CacheLevel.read(cpus: CPUList([0, 3]), root: root).last?.sharers == 1)
    }

    @Test func withoutAListACoreHasItsOwn() throws {
        #expect(CacheLevel.read(cpus: CPUList([0, 1]), root: try host(sharedBy: nil)).map(\.sharers) == [1, 1])
        #expect(CacheLevel.read(cpus: CPUList([0, 1]), root: try host(sharedBy: "x-")).map(\.sharers) == [1, 1])
        // The third is everybody's.
        let epyc = try FixtureHost("vm-epyc").root
        #expect(
            CacheLevel.read(cpus: CPUList([0, 1]), root: epyc)
                == [(1, 48 << 10, 1), (2, 1 << 20, 1), (3, 32 << 20, 2)].map {
                    CacheLevel(level: $0.0, bytes: $0.1, sharers: $0.2)
                }
        )
    }

    @Test func boardsThatStateNoneHaveNone() throws {
        #expect(CacheLevel.read(cpus: CPUList([0]), root: try FixtureHost("raspberry-pi-4").root) == [])
        #expect(CacheLevel.read(cpus: CPUList([]), root: .system) == [])
    }
}
