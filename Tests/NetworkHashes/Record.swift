import Glibc
import MeasurementCore

/// Prints what matters of a measurement record; fails unless it is of a measurement that took place.
func printRecord(path: String) throws {
    switch try MeasurementRecord(recordBytes(path: path)) {
    case .failed(let reason): fail("\(path): \(reason)")
    case .ceilings: fail("\(path): holds ceilings, not a measurement")
    case .measured(let record):
        let queries = record.latency.bins.reduce(0) { $0 + $1.count }
        guard queries > 0, record.memory.peakRssBytes > record.memory.arenaBytes else {
            fail("\(path): \(queries) queries, peak \(record.memory.peakRssBytes) bytes")
        }
        let counted = record.counters.filter { $0.availability == .ok }.count
        print(
            "record: \(record.isa), measured; \(record.layers?.count ?? 0) layers, \(counted) of \(record.counters.count) counters"
        )
    }
}

/// What is in a record's file.
func recordBytes(path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { fail("cannot read \(path)") }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: MeasurementRecord.longest)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
}
