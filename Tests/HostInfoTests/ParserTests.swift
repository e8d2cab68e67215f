import Testing

@testable import HostInfo

@Suite struct ParserTests {
    @Test(
        arguments: [
            ("0", [0]), ("0-3", [0, 1, 2, 3]), ("0,2-3,8\n", [0, 2, 3, 8]), ("", []), ("3,1", [1, 3]),
            ("1,1-2", [1, 2]),
        ] as [(String, [Int])]
    )
    func cpuLists(text: String, cpus: [Int]) {
        #expect(CPUList(text)?.cpus == cpus)
    }

    @Test(arguments: [
        "a", "-", "0-", "-1", "3-1", "0-1-2", "0,,1", ",", "0,", "0-99999999999999999999", "0-65536", "+1", "0x3", "٣",
    ])
    func notCPULists(text: String) {
        #expect(CPUList(text) == nil)
    }

    @Test func sizes() {
        #expect("48K".byteSize == 48 << 10)
        #expect("2M\n".byteSize == 2 << 20)
        #expect("24683668 kB".byteSize == 24_683_668 << 10)
        #expect("512".byteSize == 512)
        for text in ["", "K", "-1K", "48Q", "4 8K", "9223372036854775807 kB", "99999999999999999999", "1.5M"] {
            #expect(text.byteSize == nil, "\(text)")
        }
    }

    @Test func decimals() {
        #expect("0".decimal == 0)
        #expect("18446744073709551615".decimal == .max)
        for text in ["", "+1", "-1", " 1", "1 ", "18446744073709551616", "1e3"] {
            #expect(text.decimal == nil, "\(text)")
        }
    }

    @Test func trimming() {
        #expect(" \t model\0\n".trimmed == "model")
        #expect("\0\0".trimmed.isEmpty)
        #expect("".trimmed.isEmpty)
        #expect("a b".trimmed == "a b")
    }

    @Test func osRelease() {
        #expect(
            OSRelease.prettyName(parsing: "NAME=Alpine\nPRETTY_NAME='Alpine Linux v3.20'\n") == "Alpine Linux v3.20"
        )
        #expect(OSRelease.prettyName(parsing: "NAME=Alpine\nPRETTY_NAME=\"\"\n") == "Alpine")
        #expect(OSRelease.prettyName(parsing: "PRETTY_NAME=\"a \\\"b\\\" c\"\n") == "a \"b\" c")
        #expect(OSRelease.prettyName(parsing: "PRETTY_NAME=\"unclosed\n") == "unclosed")
        for text in ["", "=", "PRETTY_NAME", "PRETTY_NAME=\"", "\0\0=\0"] {
            #expect(OSRelease.prettyName(parsing: text) == nil, "\(text)")
        }
    }

    @Test func armCoresByNumber() {
        #expect(ArmParts.name(implementer: "0x41", part: "0xd08") == "Cortex-A72")
        #expect(ArmParts.name(implementer: "0x4e", part: "0x004") == "Carmel")
        #expect(ArmParts.name(implementer: "0x41", part: "0xfff") == "Arm core 0xfff (Arm)")
        #expect(ArmParts.name(implementer: "0x99", part: "0xd08") == "Arm core 0xd08 (implementer 0x99)")
        #expect(ArmParts.name(implementer: "", part: "0xffffffff") == "Arm core 0xffffffff (implementer )")
    }

    @Test func cpuInfoOfAnArm32Process() {
        let info = CPUInfo(
            parsing: """
                processor	: 0
                model name	: ARMv8 Processor rev 3 (v8l)
                Features	: half thumb asimddp
                CPU implementer	: 0x41
                CPU part	: 0xd0b

                """
        )
        #expect(info.model == "Cortex-A76")
        #expect(info.flags == ["half", "thumb", "asimddp"])
    }

    @Test func cpuInfoWithoutSense() {
        for text in ["", ":", ":::", "model name", "model name\t:", "CPU part\t:\n", "flags:\n\n\n"] {
            #expect(CPUInfo(parsing: text).model == nil, "\(text)")
        }
    }

    @Test func cpuQuotas() {
        #expect(CgroupLimits.cpuMax("150000 100000") == 1.5)
        for text in ["max 100000", "-1 100000", "0 100000", "100000 0", "100000", "", "a b", "1 2 3"] {
            #expect(CgroupLimits.cpuMax(text) == nil, "\(text)")
        }
    }

    @Test func memoryLimits() {
        #expect(CgroupLimits.memoryMax("536870912") == 512 << 20)
        for text in ["max", "9223372036854771712", "18446744073709551615", "-1", ""] {
            #expect(CgroupLimits.memoryMax(text) == nil, "\(text)")
        }
    }

    @Test func cgroupMembership() {
        let parsed = CgroupMembership.parse(
            "4:memory:/a/b\n1:name=systemd:/\n0::/c\n0::/../escaped\nx::/d\n0:\n5:cpu:relative\n"
        )
        #expect(
            parsed == [
                CgroupMembership(controllers: ["memory"], path: "/a/b"),
                CgroupMembership(controllers: ["name=systemd"], path: "/"),
                CgroupMembership(controllers: [], path: "/c"),
            ]
        )
        #expect(
            parsed[0].folders == [
                "/sys/fs/cgroup/memory/a/b", "/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/memory",
            ]
        )
        #expect(parsed[2].folders.first == "/sys/fs/cgroup/c")
    }

    @Test func firmwareTemplatesAreNotNames() {
        #expect(Board.meaningful("To Be Filled By O.E.M.") == nil)
        #expect(Board.meaningful("Default string") == nil)
        #expect(Board.meaningful("NUC13ANHi5") == "NUC13ANHi5")
    }
}
