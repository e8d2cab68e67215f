internal import HostProbes

/// What a control group's memory limit did to the window.
public struct RecordedMemoryLimit: Sendable, Hashable {
    /// What the process uses and another group is charged for; the group's own limit is lower by so much.
    public var chargedElsewhereBytes: UInt64
    /// Pages taken away before and read back in the window.
    public var refaults: RecordedValue
    /// Pages taken away in the window.
    public var reclaimedPages: RecordedValue
    /// Pages looked at to be taken away in the window.
    public var scannedPages: RecordedValue
    /// The share of the window in which at least one thread waited for memory, 0...1.
    public var pressureShare: RecordedValue

    /// Makes a record.
    public init(
        chargedElsewhereBytes: UInt64,
        refaults: RecordedValue,
        reclaimedPages: RecordedValue,
        scannedPages: RecordedValue,
        pressureShare: RecordedValue
    ) {
        self.chargedElsewhereBytes = chargedElsewhereBytes
        self.refaults = refaults
        self.reclaimedPages = reclaimedPages
        self.scannedPages = scannedPages
        self.pressureShare = pressureShare
    }

    /// What a group says of a stretch around the window.
    init(_ activity: MemoryGroupActivity, chargedElsewhereBytes: UInt64, stretchNanoseconds: UInt64) {
        func value(_ number: UInt64?, _ missing: String) -> RecordedValue {
            number.map { RecordedValue(Double($0)) } ?? RecordedValue(unavailable: .absent, reason: missing)
        }
        self.chargedElsewhereBytes = chargedElsewhereBytes
        refaults = value(activity.refaults, "the group does not count pages read back")
        reclaimedPages = value(activity.reclaimedPages, "the group does not count pages taken away")
        scannedPages = value(activity.scannedPages, "groups of version 1 do not count pages looked at")
        if let waited = activity.pressureMicroseconds, stretchNanoseconds > 0 {
            pressureShare = RecordedValue(min(1, Double(waited) * 1000 / Double(stretchNanoseconds)))
        } else {
            pressureShare = RecordedValue(unavailable: .absent, reason: "the group has no pressure accounting")
        }
    }
}

extension RecordBytes {
    mutating func append(_ limit: RecordedMemoryLimit?) {
        append(limit != nil)
        guard let limit else { return }
        append(limit.chargedElsewhereBytes)
        append(limit.refaults)
        append(limit.reclaimedPages)
        append(limit.scannedPages)
        append(limit.pressureShare)
    }
}

extension RecordReader {
    mutating func memoryLimit() throws(RecordError) -> RecordedMemoryLimit? {
        guard try flag() else { return nil }
        let limit = RecordedMemoryLimit(
            chargedElsewhereBytes: try integer(),
            refaults: try amount(),
            reclaimedPages: try amount(),
            scannedPages: try amount(),
            pressureShare: try amount()
        )
        guard limit.pressureShare.value <= 1 else { throw RecordError("it waited for more than all the time") }
        return limit
    }
}
