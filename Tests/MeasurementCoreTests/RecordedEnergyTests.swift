import HostProbes
import Testing

@testable import MeasurementCore

@Suite struct RecordedEnergyTests {
    private static let example = RecordedEnergy(
        MeasuredEnergy(
            instrument: "ina3221:VDD_IN",
            domain: .board,
            joules: 33,
            durationNanoseconds: 5_500_000_000,
            samples: 101,
            changes: 90,
            updatePeriodNanoseconds: 100_000_000
        ),
        windowNanoseconds: 5_000_000_000
    )

    private func decode(_ bytes: some Collection<UInt8>) throws -> RecordedEnergy {
        var reader = RecordReader(Array(bytes)[...])
        let energy = try reader.energy()
        #expect(reader.isAtEnd)
        return energy
    }

    private func bytes(_ energy: RecordedEnergy) -> [UInt8] {
        var bytes = RecordBytes()
        bytes.append(energy)
        return bytes.bytes
    }

    @Test func theWindowGetsItsPartByTime() {
        #expect(abs(Self.example.joules - 30) < 1e-9 && Self.example.seconds == 5)
        #expect(Self.example.measured?.durationNanoseconds == 5_000_000_000)
        #expect(RecordedEnergy(reason: "none").measured == nil)
    }

    @Test func survivesTheTrip() throws {
        #expect(try decode(bytes(Self.example)) == Self.example)
        let denied = RecordedEnergy(unavailable: .denied, reason: "root only; mend with: sudo x")
        #expect(try decode(bytes(denied)) == denied)
    }

    @Test func everyTruncationIsRefused() {
        for energy in [Self.example, RecordedEnergy(unavailable: .denied, reason: "root only")] {
            let bytes = bytes(energy)
            for length in bytes.indices { #expect(throws: RecordError.self) { try decode(bytes.prefix(length)) } }
        }
    }

    @Test(
        arguments: [
            { $0.joules = .infinity }, { $0.joules = .nan }, { $0.joules = -1 }, { $0.joules = 1e13 },
            { $0.seconds = -5 }, { $0.seconds = 0 }, { $0.seconds = .nan }, { $0.seconds = 1e7 },
            { $0.samples = 1 }, { $0.samples = 90 }, { $0.changes = 101 }, { $0.changes = .max },
            { $0.instrument = "" }, { $0.instrument = String(repeating: "x", count: 101) },
        ] as [@Sendable (inout RecordedEnergy) -> Void]
    )
    func impossibleValuesAreRefused(_ change: @Sendable (inout RecordedEnergy) -> Void) {
        var energy = Self.example
        change(&energy)
        #expect(throws: RecordError.self) { try decode(bytes(energy)) }
    }

    @Test func anUnknownDomainIsRefused() {
        var bytes = bytes(Self.example)
        let place = bytes.count - 8 * 5 - 5
        #expect(bytes[place] == UInt8(ascii: "b"))
        bytes[place] = UInt8(ascii: "B")
        #expect(throws: RecordError.self) { try decode(bytes) }
        bytes[0] = 3
        #expect(throws: RecordError.self) { try decode(bytes) }
    }
}
