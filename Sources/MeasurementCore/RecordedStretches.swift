extension RecordBytes {
    /// Counts of queries by stretch of the window and rung of latency.
    mutating func append(stretches: [[UInt32]]) {
        append(stretches) { bytes, stretch in bytes.append(stretch) { $0.append($1) } }
    }
}

extension RecordReader {
    /// Counts of queries by stretch of the window and rung of latency.
    mutating func stretches() throws(RecordError) -> [[UInt32]] {
        let stretches = try list { reader throws(RecordError) in
            try reader.list { reader throws(RecordError) in try reader.integer() as UInt32 }
        }
        guard stretches.allSatisfy({ $0.count == stretches.first?.count && !$0.isEmpty }) else {
            throw RecordError("its stretches have different rungs")
        }
        return stretches
    }
}
