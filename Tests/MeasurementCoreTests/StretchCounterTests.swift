import Testing

@testable import MeasurementCore

@Suite struct StretchCounterTests {
    @Test func queriesAreCountedWhereTheyBelong() {
        var counter = StretchCounter()
        counter.begin(from: 1000, to: 33_000, middle: 1_000_000)
        counter.record(1_000_000, at: 1001)
        counter.record(1_000_001, at: 1999)
        counter.record(999_000, at: 2000)
        counter.record(0, at: 33_000)
        counter.record(.max, at: 32_999)
        let counts = counter.recorded()
        #expect(counts.count == StretchCounter.stretches)
        #expect(counts.allSatisfy { $0.count == StretchCounter.rungs })
        #expect(counts[0][9] == 1 && counts[0][10] == 1)
        #expect(counts[1][8] == 1)
        #expect(counts[31].first == 1 && counts[31].last == 1)
        #expect(counts.joined().reduce(0, +) == 5)
        var sum = counter
        sum.add(counter)
        #expect(sum.recorded()[0][9] == 2)
    }

    @Test func anyWindowAndAnyLatencyAreTaken() {
        for (start, end, middle) in [(0, 0, 0), (5, 6, .max), (.max, 0, 1), (0, .max, 1 << 43)]
            as [(UInt64, UInt64, UInt64)]
        {
            var counter = StretchCounter()
            counter.begin(from: start, to: end, middle: middle)
            for latency in [0, 1, 1 << 20, .max] as [UInt64] {
                for moment in [0, start, end, .max] { counter.record(latency, at: moment) }
            }
            #expect(counter.recorded().joined().reduce(0, +) == 16)
        }
    }

    @Test func damagedStretchesAreRefused() throws {
        var record = MeasurementRecordTests.example
        record.latency.stretches = [[1, 2], [3, 4]]
        #expect(try MeasurementRecord(MeasurementRecord.measured(record).encoded()) == .measured(record))
        for stretches in [[[1, 2], [3]], [[], []]] as [[[UInt32]]] {
            record.latency.stretches = stretches
            #expect(throws: RecordError.self) { try MeasurementRecord(MeasurementRecord.measured(record).encoded()) }
        }
    }
}
