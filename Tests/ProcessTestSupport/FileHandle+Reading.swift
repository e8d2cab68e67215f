public import Foundation
private import Glibc

/// Reading what a child process writes. Foundation's `availableData` and `readDataToEndOfFile` trap when a signal
/// interrupts them, which ends the whole test process.
extension FileHandle {
    /// What there is to read, after waiting for the first byte; empty at the end.
    public func nextData() throws -> Data {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(fileDescriptor, &buffer, buffer.count)
            if count >= 0 { return Data(buffer[..<count]) }
            guard errno == EINTR else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        }
    }

    /// All there is until the other end closes.
    public func dataToEnd() throws -> Data {
        var all = Data()
        while true {
            let data = try nextData()
            if data.isEmpty { return all }
            all += data
        }
    }
}
