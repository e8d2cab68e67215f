import Testing

@testable import MeasurementCore

@Suite struct HeatAndLoadRecordTests {
    static var heat: RecordedHeat {
        var heat = RecordedHeat()
        heat.throttling = .ok
        heat.throttlingUnknown = ""
        heat.throttled = ["CPU 3 throttled", "firmware: undervoltage"]
        heat.lowestHertz = RecordedValue(1.2e9)
        heat.meanHertz = RecordedValue(1.4e9)
        heat.highestHertz = RecordedValue(1.5e9)
        heat.firstThirdHertz = RecordedValue(1.5e9)
        heat.lastThirdHertz = RecordedValue(1.25e9)
        heat.hottestBeforeCelsius = RecordedValue(-3.5)
        heat.hottestCelsius = RecordedValue(81)
        heat.hottestAfterCelsius = RecordedValue(unavailable: .denied, reason: "may not be opened")
        heat.slowedFraction = RecordedValue(0.25)
        heat.cappedCPUs = RecordedValue(4)
        heat.loweredCPUs = RecordedValue(0)
        heat.governors = ["performance", "schedutil"]
        heat.longestGapNanoseconds = RecordedValue(2.6e8)
        return heat
    }

    static var load: RecordedLoad {
        var load = RecordedLoad()
        load.cpuPressureFraction = RecordedValue(0.5)
        load.othersWaitFraction = RecordedValue(1.5)
        load.swapByOthersPages = RecordedValue(12)
        load.vanishedCPUs = RecordedValue(1)
        return load
    }

    private func decoded(_ heat: RecordedHeat) throws(RecordError) -> RecordedHeat {
        var bytes = RecordBytes()
        bytes.append(heat)
        var reader = RecordReader(bytes.bytes[...])
        return try reader.heat()
    }

    private func decoded(_ load: RecordedLoad) throws(RecordError) -> RecordedLoad {
        var bytes = RecordBytes()
        bytes.append(load)
        var reader = RecordReader(bytes.bytes[...])
        return try reader.load()
    }

    @Test func surviveTheTrip() throws {
        #expect(try decoded(Self.heat) == Self.heat)
        #expect(try decoded(RecordedHeat()) == RecordedHeat())
        #expect(try decoded(Self.load) == Self.load)
        for tail in RecordedTail.allCases {
            var record = MeasurementRecordTests.example
            record.tail = tail
            #expect(try MeasurementRecord(MeasurementRecord.measured(record).encoded()) == .measured(record))
        }
    }

    @Test func everyTruncationIsRefused() {
        var heat = RecordBytes()
        heat.append(Self.heat)
        for length in 0..<heat.bytes.count {
            var reader = RecordReader(heat.bytes.prefix(length))
            #expect(throws: RecordError.self) { try reader.heat() }
        }
        var load = RecordBytes()
        load.append(Self.load)
        for length in 0..<load.bytes.count {
            var reader = RecordReader(load.bytes.prefix(length))
            #expect(throws: RecordError.self) { try reader.load() }
        }
    }

    @Test func impossibleValuesAreRefused() {
        func refuses(_ change: (inout RecordedHeat) -> Void) -> Bool {
            var heat = Self.heat
            change(&heat)
            return (try? decoded(heat)) == nil
        }
        #expect(!refuses { _ in })
        #expect(refuses { $0.meanHertz = RecordedValue(2e9) })
        #expect(refuses { $0.lowestHertz = RecordedValue(-1) })
        #expect(refuses { $0.highestHertz = RecordedValue(.infinity) })
        #expect(refuses { $0.lastThirdHertz = RecordedValue(1e13) })
        #expect(refuses { $0.hottestCelsius = RecordedValue(-274) })
        #expect(refuses { $0.hottestCelsius = RecordedValue(.nan) })
        #expect(refuses { $0.slowedFraction = RecordedValue(1.01) })
        #expect(refuses { $0.longestGapNanoseconds = RecordedValue(-1) })
        #expect(refuses { $0.throttling = .absent })
        // What could not be read has no value.
        #expect(refuses { $0.hottestAfterCelsius.value = 4 })
        func refusesLoad(_ change: (inout RecordedLoad) -> Void) -> Bool {
            var load = Self.load
            change(&load)
            return (try? decoded(load)) == nil
        }
        #expect(!refusesLoad { _ in })
        #expect(refusesLoad { $0.cpuPressureFraction = RecordedValue(1.5) })
        #expect(refusesLoad { $0.othersWaitFraction = RecordedValue(-0.1) })
        #expect(refusesLoad { $0.suspendedNanoseconds = RecordedValue(-1) })
        #expect(refusesLoad { $0.swapByOthersPages = RecordedValue(.greatestFiniteMagnitude) })
        var reader = RecordReader([4])
        #expect(throws: RecordError.self) { try reader.tail() }
    }
}
