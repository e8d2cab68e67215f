extension RecordBytes {
    /// Counts of one layer by name, in the names' order.
    mutating func append(_ counts: [String: UInt64]) {
        append(counts.sorted { $0.key < $1.key }) { bytes, count in
            bytes.append(count.key)
            bytes.append(count.value)
        }
    }
}

extension RecordReader {
    /// Counts of one layer by name.
    mutating func layerCounts() throws(RecordError) -> [String: UInt64] {
        var counts: [String: UInt64] = [:]
        var last: String?
        _ = try list { reader throws(RecordError) in
            let name = try reader.text()
            guard !name.isEmpty, last.map({ $0 < name }) ?? true else {
                throw RecordError("a layer's counters are not in order")
            }
            last = name
            counts[name] = try reader.integer()
        }
        return counts
    }
}
