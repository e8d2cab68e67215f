/// The checksum of a plan file.
///
/// Eight lanes over the file's 64-byte blocks, word i of a block going to lane i:
///
///     lane[i] ← (lane[i] xor word) · 0x9E3779B97F4A7C15   (mod 2^64; lanes start at i + 1)
///     sum     ← ((…((0 xor lane[0]) · c) xor lane[1]) · c …) xor lane[7]) · c
///
/// Each step is a bijection of the lane, so a change within any one word always changes the sum. It tells damage, not
/// malice: safety rests on validation. Lanes are independent, so it runs as fast as memory is read.
struct PlanChecksum {
    private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var lanes = (
        1 as UInt64, 2 as UInt64, 3 as UInt64, 4 as UInt64, 5 as UInt64, 6 as UInt64, 7 as UInt64, 8 as UInt64
    )

    /// Adds bytes; a last block that is not whole is filled with zeros.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        let whole = bytes.count / 64 * 64
        var lanes = lanes
        var offset = 0
        while offset < whole {
            Self.add(base + offset, to: &lanes)
            offset &+= 64
        }
        if whole < bytes.count {
            var last = [UInt8](repeating: 0, count: 64)
            for index in whole..<bytes.count { last[index - whole] = bytes[index] }
            last.withUnsafeBytes { if let base = $0.baseAddress { Self.add(base, to: &lanes) } }
        }
        self.lanes = lanes
    }

    private typealias Lanes = (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

    @inline(__always)
    private static func add(_ block: UnsafeRawPointer, to lanes: inout Lanes) {
        func word(_ index: Int) -> UInt64 {
            UInt64(littleEndian: block.loadUnaligned(fromByteOffset: index &* 8, as: UInt64.self))
        }
        lanes.0 = (lanes.0 ^ word(0)) &* factor
        lanes.1 = (lanes.1 ^ word(1)) &* factor
        lanes.2 = (lanes.2 ^ word(2)) &* factor
        lanes.3 = (lanes.3 ^ word(3)) &* factor
        lanes.4 = (lanes.4 ^ word(4)) &* factor
        lanes.5 = (lanes.5 ^ word(5)) &* factor
        lanes.6 = (lanes.6 ^ word(6)) &* factor
        lanes.7 = (lanes.7 ^ word(7)) &* factor
    }

    /// The sum of everything added.
    var value: UInt64 {
        var sum: UInt64 = 0
        for lane in [lanes.0, lanes.1, lanes.2, lanes.3, lanes.4, lanes.5, lanes.6, lanes.7] {
            sum = (sum ^ lane) &* Self.factor
        }
        return sum
    }
}
