import Checksum
import HostInfo
import Testing

@testable import MeasurementCore

@Suite struct CeilingTests {
    private static let caches = [
        CacheLevel(level: 1, bytes: 48 << 10, sharers: 1), CacheLevel(level: 2, bytes: 1 << 20, sharers: 1),
        CacheLevel(level: 3, bytes: 32 << 20, sharers: 4),
    ]

    private static let example = RecordedCeilings(
        isa: "avx512vnni",
        threads: 2,
        macsPerSecond: 9.8e11,
        levels: [
            .init(level: .l1, bytes: 49_152, sharers: 1, bytesPerSecond: 8e11),
            .init(level: .l3, bytes: 32 << 20, sharers: 2, availability: .absent, reason: "so"),
            .init(level: .memory, bytes: 0, sharers: 2, bytesPerSecond: 4e10),
        ]
    )

    private func sets(_ threads: Int, available: Int = 1 << 30, _ caches: [CacheLevel] = caches) -> [Int?] {
        CeilingLevels(caches: caches, cpus: 4, threads: threads, availableBytes: available).levels.map(\.bytesPerThread)
    }

    @Test func setsFitTheirLevelAndNoNearerOne() {
        #expect(sets(1) == [24 << 10, 512 << 10, 16 << 20, 128 << 20])
        // Two threads share the third level.
        #expect(sets(2) == [24 << 10, 512 << 10, 8 << 20, 64 << 20])
        #expect(sets(4) == [24 << 10, 512 << 10, 4 << 20, 32 << 20])
        // Hardware threads share a core's own caches as well.
        #expect(sets(2, [CacheLevel(level: 1, bytes: 1 << 20, sharers: 2)]) == [256 << 10, 2 << 20])
        // A share between one and two of the nearer level: midway, so that the nearer one does not serve it.
        let narrow = [
            CacheLevel(level: 2, bytes: 1 << 20, sharers: 1), CacheLevel(level: 3, bytes: 6 << 20, sharers: 4),
        ]
        #expect(sets(4, narrow)[1] == 5 << 18)
    }

    @Test func whatCannotBeMeasuredHasAReason() {
        let tight = CeilingLevels(caches: Self.caches, cpus: 4, threads: 1, availableBytes: 40 << 20).levels
        #expect(tight.map { $0.bytesPerThread == nil } == [false, false, false, true])
        #expect(tight[3].reason.contains("64 MiB"))
        let tiny = CeilingLevels(caches: Self.caches, cpus: 4, threads: 1, availableBytes: 1 << 20).levels
        #expect(tiny.map { $0.bytesPerThread == nil } == [false, false, true, true])
        #expect(!tiny[2].reason.isEmpty)
        // A last level that 256 MiB cannot outrun.
        let huge = [CacheLevel(level: 3, bytes: 200 << 20, sharers: 1)]
        #expect(sets(1, huge) == [100 << 20, nil])
        // A thread's share of the third level is no larger than its own second.
        let crowded = [
            CacheLevel(level: 2, bytes: 1 << 20, sharers: 1), CacheLevel(level: 3, bytes: 4 << 20, sharers: 4),
        ]
        #expect(sets(4, crowded)[1] == nil)
        // What memory's bytes would be served by is not known without stated caches.
        let unstated = CeilingLevels(caches: [], cpus: 4, threads: 4, availableBytes: 1 << 30).levels
        #expect(unstated.map(\.bytesPerThread) == [nil])
        #expect(unstated[0].reason.contains("does not state its caches") && !unstated[0].isShortOfMemory)
        #expect(tight[3].isShortOfMemory && tiny[2].isShortOfMemory)
        // Absurd facts, no trap.
        let absurd = CeilingLevels(
            caches: [CacheLevel(level: 3, bytes: .max, sharers: .max), CacheLevel(level: 9, bytes: 1, sharers: 1)],
            cpus: 1024,
            threads: 1024,
            availableBytes: .max
        ).levels
        #expect(absurd.count == 2 && absurd[1].level == .memory)
    }

    @Test func threadsMaySpreadOverSeveralCaches() {
        func sharers(_ threads: Int, _ cpus: Int) -> [Int] {
            let caches = [
                CacheLevel(level: 1, bytes: 1 << 15, sharers: 1), CacheLevel(level: 3, bytes: 1 << 25, sharers: 8),
            ]
            return CeilingLevels(caches: caches, cpus: cpus, threads: threads, availableBytes: 1 << 30).levels.map(
                \.sharers
            )
        }
        #expect(sharers(8, 16) == [1, 4, 1])
        #expect(sharers(8, 8) == [1, 8, 1])
        #expect(sharers(3, 16) == [1, 2, 1])
        #expect(sharers(1, 16) == [1, 1, 1])
        #expect(sharers(16, 16) == [1, 8, 1])
    }

    @Test func theBestRoundIsOneInWhichAllBeganTogether() {
        typealias Result = CeilingRounds.Result
        let apart = [Result(start: 0, perSecond: 60), Result(start: 5_000_000, perSecond: 60)]
        let slow = [Result(start: 10, perSecond: 30), Result(start: 20, perSecond: 30)]
        let fast = [Result(start: 10, perSecond: 40), Result(start: 400_010, perSecond: 35)]
        #expect(CeilingRounds.best([apart, slow, fast]) == 75)
        #expect(CeilingRounds.best([apart]) == 120)
        #expect(CeilingRounds.best([]) == 0)
    }

    @Test func availableMemoryIsRead() {
        #expect(CeilingMeasurement.memoryAvailable("MemTotal: 9 kB\nMemAvailable:   1024 kB\n") == 1 << 20)
        for text in ["", "MemAvailable:", "MemAvailable: x kB", "MemAvailable: -4 kB", "MemAvailable: \(Int.max) kB"] {
            #expect(CeilingMeasurement.memoryAvailable(text) == nil)
        }
    }

    @Test func recordsSurviveTheTrip() throws {
        let bytes = MeasurementRecord.ceilings(Self.example).encoded()
        #expect(try MeasurementRecord(bytes) == .ceilings(Self.example))
        for length in 0..<bytes.count {
            #expect(throws: RecordError.self) { try MeasurementRecord(Array(bytes.prefix(length))) }
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            #expect(throws: RecordError.self) { try MeasurementRecord(damaged) }
        }
    }

    private static let spoilings: [@Sendable (inout RecordedCeilings) -> Void] = [
        { $0.threads = 0 }, { $0.macsPerSecond = 0 }, { $0.macsPerSecond = .nan }, { $0.macsPerSecond = -1 },
        { $0.levels.swapAt(0, 1) }, { $0.levels[1] = $0.levels[0] }, { $0.levels[0].bytesPerSecond = 0 },
        { $0.levels[0].bytesPerSecond = .infinity }, { $0.levels[1].bytesPerSecond = 5 }, { $0.levels[0].sharers = 0 },
        { $0.levels[0].bytes = 0 }, { $0.levels[2].bytes = 1 },
    ]

    @Test(arguments: spoilings.indices) func impossibleOnesAreRefused(_ index: Int) {
        var ceilings = Self.example
        Self.spoilings[index](&ceilings)
        #expect(throws: RecordError.self) { try MeasurementRecord(MeasurementRecord.ceilings(ceilings).encoded()) }
    }

    @Test func argumentsSurviveTheTrip() throws {
        var arguments = CeilingArguments(recordDescriptor: 3, isa: "avx2", threads: 4)
        #expect(try CeilingArguments(parsing: arguments.strings) == arguments)
        arguments.cpus = CPUList([0, 2])
        arguments.memoryLimit = ChildMemoryLimit(bytes: 1 << 30, groupFolder: "/sys/g")
        #expect(try CeilingArguments(parsing: arguments.strings) == arguments)
        for (words, message) in [
            ([], "ceilings comes first"), (["ceilings"], "--record is missing"),
            (["ceilings", "--record", "3", "--isa", "avx2"], "--threads is missing"),
            (["ceilings", "--record", "3", "--isa", "avx2", "--threads", "0"], "--threads must be 1 to 1024"),
            (["ceilings", "--layers"], "unknown argument --layers"), (["ceilings", "--isa"], "--isa needs a value"),
        ] {
            #expect { try CeilingArguments(parsing: words) } throws: { "\($0)".contains(message) }
        }
    }

    @Test func anInstructionSetWithoutALoopIsRefused() {
        #expect { try CeilingMeasurement.loops(of: "mmx") } throws: {
            ($0 as? MeasurementFailure)?.exitCode == .refused
        }
    }
}
