/// CRC-32C (Castagnoli), the checksum of iSCSI, ext4 and most record logs: RFC 3720, appendix B.4.
///
/// Reflected polynomial 0x82F63B78, initial value and final exclusive-or of all ones.
public enum CRC32C {
    /// Remainders of all bytes.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { remainder, _ in
            remainder & 1 == 0 ? remainder >> 1 : remainder >> 1 ^ 0x82f6_3b78
        }
    }

    /// The checksum of some bytes.
    public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let table = table
        return ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }
}
