import HostTestSupport
import Testing

@testable import HostInfo

@Suite struct HostInfoTests {
    private func host(_ fixture: FixtureHost, _ architecture: Architecture) -> HostInfo {
        HostInfo.current(
            root: fixture.root,
            architecture: architecture,
            instructionSets: InstructionSets([]),
            usableCPUs: 2
        )
    }

    @Test func virtualMachine() throws {
        let info = host(try FixtureHost("vm-epyc"), .x86)
        #expect(
            info
                == HostInfo(
                    hostname: "vm",
                    architecture: .x86,
                    cpuModel: "AMD EPYC",
                    board: nil,
                    kernelRelease: "6.18.44-fc-v657",
                    operatingSystem: "Debian GNU/Linux 12 (bookworm)",
                    logicalCores: 4,
                    physicalCores: 4,
                    usableCPUs: 2,
                    caches: CacheSizes(level1DataBytes: 48 << 10, level2Bytes: 1 << 20, level3Bytes: 32 << 20),
                    memoryTotalBytes: 24_683_668 * 1024,
                    cgroupLimits: CgroupLimits(),
                    isVirtual: true,
                    instructionSets: InstructionSets([])
                )
        )
    }

    @Test func raspberryPi4StatesNoCaches() throws {
        let info = host(try FixtureHost("raspberry-pi-4"), .arm64)
        #expect(info.cpuModel == "Cortex-A72")
        #expect(info.board == "Raspberry Pi 4 Model B Rev 1.4")
        #expect(info.caches == CacheSizes())
        #expect(info.logicalCores == 4)
        #expect(info.memoryTotalBytes == Int64(3_885_396) * 1024)
        #expect(info.isVirtual == false)
    }

    @Test func raspberryPi5InNestedGroups() throws {
        let info = host(try FixtureHost("raspberry-pi-5"), .arm64)
        #expect(info.cpuModel == "Cortex-A76")
        #expect(info.operatingSystem == "Debian GNU/Linux 12 (bookworm)")
        #expect(info.caches == CacheSizes(level1DataBytes: 64 << 10, level2Bytes: 512 << 10, level3Bytes: 2 << 20))
        // The parent's memory limit is the tighter one; it has no CPU limit.
        #expect(info.cgroupLimits == CgroupLimits(cpus: 2, memoryBytes: 1 << 30, memoryLeftBytes: 1 << 30))
    }

    @Test func jetsonInVersion1Groups() throws {
        let info = host(try FixtureHost("jetson-orin-nano"), .arm64)
        #expect(info.cpuModel == "Cortex-A78AE")
        #expect(info.board == "NVIDIA Jetson Orin Nano Developer Kit")
        #expect(info.operatingSystem == "Ubuntu 22.04.4 LTS")
        #expect(info.physicalCores == 6)
        #expect(info.cgroupLimits == CgroupLimits(cpus: nil, memoryBytes: 4 << 30, memoryLeftBytes: 4 << 30))
    }

    @Test func twoKindsOfCore() throws {
        let arm = host(try FixtureHost("rock-5b-big-little"), .arm64)
        #expect(arm.cpuModel == "Cortex-A55 + Cortex-A76")
        #expect(arm.caches.level1DataBytes == 64 << 10)
        #expect(arm.caches.level2Bytes == 512 << 10)

        let intel = host(try FixtureHost("intel-hybrid-laptop"), .x86)
        #expect(intel.cpuModel == "12th Gen Intel(R) Core(TM) i5-1235U")
        #expect(intel.board == "LENOVO 21C1CTO1WW")
        #expect(intel.logicalCores == 12)
        #expect(intel.physicalCores == 10)
        // The fast core's second level, not the larger one four slow cores share.
        #expect(intel.caches.level2Bytes == 1280 << 10)
        #expect(intel.cgroupLimits == CgroupLimits())
        #expect(intel.isVirtual == false)
    }

    @Test func anEmptyRootStatesNothing() throws {
        let empty = try FixtureHost(files: [])
        for architecture in Architecture.allCases {
            let info = host(empty, architecture)
            #expect(info.cpuModel == nil && info.board == nil && info.kernelRelease == nil && info.hostname == nil)
            #expect(info.logicalCores == nil && info.physicalCores == nil && info.memoryTotalBytes == nil)
            #expect(info.caches == CacheSizes() && info.cgroupLimits == CgroupLimits() && info.isVirtual == nil)
        }
    }

    /// No file of any fixture, cut anywhere or filled with noise, may trap or be believed to hold an absurd value.
    @Test(arguments: ["vm-epyc", "raspberry-pi-5", "jetson-orin-nano", "intel-hybrid-laptop"])
    func cutAndNoisyFiles(name: String) throws {
        let paths = [
            "/proc/cpuinfo", "/proc/meminfo", "/etc/os-release", "/proc/self/cgroup", "/sys/devices/system/cpu/online",
            "/sys/devices/system/cpu/cpu0/cache/index0/size",
            "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list",
        ]
        let seed = UInt64.random(in: 0 ... .max)
        var noise = SplitMix64(state: seed)
        for path in paths {
            let fixture = try FixtureHost(name)
            guard let text = try? fixture.root.read(path).get() else { continue }
            for length in [0, 1, text.utf8.count / 3, text.utf8.count / 2, max(0, text.utf8.count - 2)] {
                try fixture.add(path, String(decoding: text.utf8.prefix(length), as: UTF8.self))
                _ = host(fixture, .x86)
            }
            let bytes = (0..<512).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
            try fixture.add(path, String(decoding: bytes, as: UTF8.self))
            let info = host(fixture, .arm64)
            #expect((info.memoryTotalBytes ?? 0) >= 0, "seed \(seed)")
            #expect((info.logicalCores ?? 0) <= CPUList.highestCPU + 1, "seed \(seed)")
        }
    }

    @Test func thisHost() {
        let info = HostInfo.current()
        #expect(info.architecture == Architecture.current)
        #expect(info.logicalCores.map { $0 > 0 } == true)
        #expect(info.usableCPUs.map { $0 > 0 && $0 <= info.logicalCores ?? 0 } == true)
        #expect(info.memoryTotalBytes.map { $0 > 64 << 20 } == true)
        #expect(info.kernelRelease != nil)
    }
}

/// A small generator whose seed a failing test prints.
private struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
