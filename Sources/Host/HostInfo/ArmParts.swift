/// Names of Arm cores by the implementer and part number of their Main ID Register.
///
/// Numbers as in Linux's `arch/arm64/include/asm/cputype.h` and the cores' technical reference manuals; only cores that can
/// run a 64-bit Linux.
enum ArmParts {
    /// The core's name, or the two numbers as the kernel wrote them.
    static func name(implementer: String, part: String) -> String {
        let vendor = hexadecimal(implementer)
        if let vendor, let part = hexadecimal(part), let name = names[vendor]?[part] { return name }
        let maker = vendor.flatMap { implementers[$0] } ?? "implementer \(implementer)"
        return "Arm core \(part) (\(maker))"
    }

    private static func hexadecimal(_ text: String) -> UInt16? {
        text.hasPrefix("0x") ? UInt16(text.dropFirst(2), radix: 16) : nil
    }

    private static let implementers: [UInt16: String] = [
        0x41: "Arm", 0x42: "Broadcom", 0x43: "Cavium", 0x46: "Fujitsu", 0x48: "HiSilicon", 0x4e: "NVIDIA", 0x50: "APM",
        0x51: "Qualcomm", 0x53: "Samsung", 0x56: "Marvell", 0x61: "Apple", 0x6d: "Microsoft", 0x70: "Phytium",
        0xc0: "Ampere",
    ]

    private static let names: [UInt16: [UInt16: String]] = [
        0x41: [
            0xd02: "Cortex-A34", 0xd03: "Cortex-A53", 0xd04: "Cortex-A35", 0xd05: "Cortex-A55", 0xd06: "Cortex-A65",
            0xd07: "Cortex-A57", 0xd08: "Cortex-A72", 0xd09: "Cortex-A73", 0xd0a: "Cortex-A75", 0xd0b: "Cortex-A76",
            0xd0c: "Neoverse-N1", 0xd0d: "Cortex-A77", 0xd0e: "Cortex-A76AE", 0xd40: "Neoverse-V1",
            0xd41: "Cortex-A78", 0xd42: "Cortex-A78AE", 0xd43: "Cortex-A65AE", 0xd44: "Cortex-X1",
            0xd46: "Cortex-A510", 0xd47: "Cortex-A710", 0xd48: "Cortex-X2", 0xd49: "Neoverse-N2",
            0xd4a: "Neoverse-E1", 0xd4b: "Cortex-A78C", 0xd4c: "Cortex-X1C", 0xd4d: "Cortex-A715", 0xd4e: "Cortex-X3",
            0xd4f: "Neoverse-V2", 0xd80: "Cortex-A520", 0xd81: "Cortex-A720", 0xd82: "Cortex-X4",
            0xd84: "Neoverse-V3", 0xd85: "Cortex-X925", 0xd87: "Cortex-A725", 0xd8e: "Neoverse-N3",
        ],
        0x43: [0x0af: "ThunderX2"],
        0x46: [0x001: "A64FX"],
        0x48: [0xd01: "Kunpeng-920", 0xd40: "Cortex-A76"],
        0x4e: [0x000: "Denver", 0x003: "Denver 2", 0x004: "Carmel"],
        0x51: [
            0x800: "Kryo 2xx Gold", 0x801: "Kryo 2xx Silver", 0x802: "Kryo 3xx Gold", 0x803: "Kryo 3xx Silver",
            0x804: "Kryo 4xx Gold", 0x805: "Kryo 4xx Silver",
        ],
        0x61: [0x022: "Icestorm (M1)", 0x023: "Firestorm (M1)", 0x032: "Blizzard (M2)", 0x033: "Avalanche (M2)"],
        0xc0: [0xac3: "Ampere-1", 0xac4: "Ampere-1A"],
    ]
}
