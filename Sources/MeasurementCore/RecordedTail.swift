/// Whether the window is the thermally steady tail of a longer run, where that was asked for (`--settle`).
public enum RecordedTail: UInt8, Sendable, Hashable, CaseIterable {
    /// Nobody asked to wait for it.
    case notAskedFor = 0
    /// Clock and temperature were steady, as far as the box shows them.
    case steady = 1
    /// The box shows neither; latency was steady as long as they would have had to be.
    case steadyLatency = 2
    /// Time was up before anything was steady.
    case unsteady = 3
}

extension RecordReader {
    mutating func tail() throws(RecordError) -> RecordedTail {
        let number: UInt8 = try integer()
        guard let tail = RecordedTail(rawValue: number) else { throw RecordError("tail \(number) has no meaning") }
        return tail
    }
}
