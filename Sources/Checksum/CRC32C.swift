/// CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and most record logs: RFC 3720, appendix B.4.
///
/// Reflected polynomial 0x82F63B78, initial value and final exclusive-or of all ones. Eight bytes a step, with eight tables:
/// Kounavis and Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005.
public enum CRC32C {
    /// Remainders of all bytes, followed by 0 to 7 zero bytes; 256 each.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        tables.reserveCapacity(2048)
        for byte in 0..<256 as Range<UInt32> {
            var remainder = byte
            for _ in 0..<8 { remainder = remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82f6_3b78 }
            tables.append(remainder)
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xff)])
        }
        return tables
    }()

    /// The checksum of some bytes.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        if let sum = bytes.withContiguousStorageIfAvailable({ checksum(UnsafeRawBufferPointer($0)) }) { return sum }
        return checksum(Array(bytes))
    }

    /// The checksum of some bytes in memory.
    public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = UInt32.max
        tables.withUnsafeBufferPointer { tables in
            var place = 0
            while place + 8 <= bytes.count {
                let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)) ^ sum
                let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
                sum = tables[1792 + Int(low & 255)]
                sum ^= tables[1536 + Int(low >> 8 & 255)]
                sum ^= tables[1280 + Int(low >> 16 & 255)]
                sum ^= tables[1024 + Int(low >> 24)]
                sum ^= tables[768 + Int(high & 255)]
                sum ^= tables[512 + Int(high >> 8 & 255)]
                sum ^= tables[256 + Int(high >> 16 & 255)]
                sum ^= tables[Int(high >> 24)]
                place += 8
            }
            for byte in bytes[place...] { sum = sum >> 8 ^ tables[Int((sum ^ UInt32(byte)) & 255)] }
        }
        return ~sum
    }
}
