import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct ProcessMemoryTests {
    @Test func captured() throws {
        let host = try FixtureHost("vm-epyc")
        let memory = try #require(ProcessMemory.read(includingProportional: true, root: host.root).value)
        let status = try host.root.read("/proc/self/status").get()
        // Read off by eye's rule, not by the parser's: the digits of the line.
        func kilobytes(_ key: String) -> Int64? {
            status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
                .flatMap { Int64(String($0.filter(\.isNumber))) }
        }
        #expect(memory.residentBytes == kilobytes("VmRSS").map { $0 * 1024 })
        #expect(memory.peakResidentBytes == kilobytes("VmHWM").map { $0 * 1024 })
        #expect(memory.anonymousBytes == kilobytes("RssAnon").map { $0 * 1024 })
        #expect(memory.fileBytes == kilobytes("RssFile").map { $0 * 1024 })
        #expect(memory.swappedBytes == 0)
        #expect(memory.proportionalBytes.map { $0 > 0 && $0 <= memory.residentBytes } == true)
    }

    @Test func oldKernelsLackParts() {
        let memory = ProcessMemory(status: "VmHWM:\t 2048 kB\nVmRSS:\t 1024 kB\n")
        #expect(memory?.residentBytes == 1 << 20 && memory?.peakResidentBytes == 2 << 20)
        #expect(memory?.anonymousBytes == nil && memory?.swappedBytes == nil)
    }

    @Test(arguments: [
        "", "VmRSS", "VmRSS:\t1024 kB\n", "VmHWM:\t1024 kB\n", "VmHWM: x kB\nVmRSS: 1 kB\n",
        "VmHWM: 99999999999999999999 kB\nVmRSS: 1 kB\n", "VmHWM: 9223372036854775807 kB\nVmRSS: 1 kB\n",
        "VmHWM: -1 kB\nVmRSS: -1 kB\n", "State:\tZ (zombie)\n",
    ])
    func noSizes(status: String) {
        #expect(ProcessMemory(status: status) == nil)
    }

    @Test func theRollup() {
        #expect(ProcessMemory.proportionalBytes(rollup: "Rss: 10 kB\nPss: 5 kB\nPss_Anon: 1 kB\n") == 5120)
        #expect(ProcessMemory.proportionalBytes(rollup: "Pss_Anon: 1 kB\n") == nil)
        #expect(ProcessMemory.proportionalBytes(rollup: "Pss: kB\n") == nil)
    }

    @Test func reasons() throws {
        let host = try FixtureHost(files: [("/proc/7/status", "State:\tZ (zombie)\n")])
        #expect(ProcessMemory.read(.process(7), root: host.root).availability.status == .absent)
        #expect(
            ProcessMemory.read(.process(8), root: host.root).availability.reason?.contains("no such process") == true
        )
        let locked = HostRoot(host.path, failures: ["/proc/7/status": EACCES])
        #expect(ProcessMemory.read(.process(7), root: locked).availability.status == .denied)
    }

    /// Touching 32 MiB raises the peak; freeing it and resetting brings the peak back down.
    ///
    /// Tests beside this one take and free memory too: one quiet try of several is enough.
    @Test func thePeakOfThisProcess() throws {
        try #require(PeakMemoryReset.reset().isOK || getuid() != 0)
        guard PeakMemoryReset.reset().isOK else { return }
        var attempts = 0
        while try !peakFollowsMemory() {
            attempts += 1
            try #require(attempts < 100)
            usleep(20_000)
        }
    }

    private func peakFollowsMemory() throws -> Bool {
        let size = 32 << 20
        let slack: Int64 = 4 << 20
        let before = try #require(ProcessMemory.read().value)
        let memory = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
        memset(memory, 1, size)
        let full = try #require(ProcessMemory.read().value)
        munmap(memory, size)
        _ = PeakMemoryReset.reset()
        let reset = try #require(ProcessMemory.read().value)
        return abs(full.residentBytes - before.residentBytes - Int64(size)) < slack
            && full.peakResidentBytes >= full.residentBytes - slack
            && reset.peakResidentBytes < full.peakResidentBytes - Int64(size) + slack
    }

    @Test func theResetWritesFive() throws {
        let host = try FixtureHost("vm-epyc")
        #expect(PeakMemoryReset.capability(root: host.root).availability == .ok)
        #expect(try host.root.read("/proc/self/clear_refs").get() == "")
        #expect(PeakMemoryReset.reset(root: host.root) == .ok)
        #expect(try host.root.read("/proc/self/clear_refs").get() == "5")
        let locked = HostRoot(host.path, failures: ["/proc/self/clear_refs": EACCES])
        #expect(PeakMemoryReset.reset(root: locked).status == .denied)
        #expect(PeakMemoryReset.capability(root: locked).availability.status == .denied)
        host.remove("/proc/self/clear_refs")
        #expect(PeakMemoryReset.reset(root: host.root).status == .absent)
    }
}
