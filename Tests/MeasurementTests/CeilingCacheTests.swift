import EdgeprofAPI
import Glibc
import Testing

@testable import Measurement
@testable import MeasurementCore

@Suite struct CeilingCacheTests {
    private let folder = TemporaryFolder()
    private let ceilings = RecordedCeilings(
        isa: "avx2",
        threads: 2,
        macsPerSecond: 1e11,
        levels: [.init(level: .memory, bytes: 0, sharers: 2, bytesPerSecond: 1e10)]
    )

    private func key(
        isa: String = "avx2",
        threads: Int = 1,
        instances: Int = 2,
        limits: HostLimits? = nil,
        allowedCpus: [Int] = [0, 1, 2, 3],
        quota: Double? = nil,
        bootId: String = "b",
        build: String = "1"
    ) -> CeilingKey {
        CeilingKey(
            isa: isa,
            settings: MeasurementSettings(threads: threads, instances: instances, scenario: .offline),
            limits: limits,
            allowedCpus: allowedCpus,
            quota: quota,
            bootId: bootId,
            build: build
        )
    }

    @Test func whatIsKeptIsFound() {
        let cache = CeilingCache(directory: folder.path)
        #expect(cache.ceilings(for: key()) == nil)
        cache.keep(ceilings, for: key())
        #expect(cache.ceilings(for: key()) == ceilings)
        #expect(TemporaryFolder.names(in: folder.path) == [key().fileName])
        cache.discard(key())
        #expect(cache.ceilings(for: key()) == nil)
        // A folder that is not there costs nothing but the time of measuring again.
        CeilingCache(directory: folder.path + "/none").keep(ceilings, for: key())
    }

    @Test func whatMemoryWasShortForIsNotKept() {
        let cache = CeilingCache(directory: folder.path)
        var short = ceilings
        short.levels[short.levels.count - 1].availability = .denied
        short.levels[short.levels.count - 1].bytesPerSecond = 0
        cache.keep(short, for: key())
        #expect(cache.ceilings(for: key()) == nil)
    }

    @Test func everyCircumstanceCounts() {
        let other = [
            key(isa: "portable"), key(instances: 3), key(limits: HostLimits(cpus: [0, 1])),
            key(limits: HostLimits(memoryBytes: 1 << 30)), key(allowedCpus: [0, 1, 2]), key(bootId: "c"),
            key(build: "2"), key(quota: 3),
        ]
        #expect(Set((other + [key()]).map(\.fileName)).count == other.count + 1)
        // Two threads are two threads, whosever they are; and no more run at once than there are CPUs.
        #expect(key(threads: 2, instances: 1) == key())
        #expect(key(threads: 4, instances: 8).threads == 4)
        // A container's quota lets no more than so many be busy at once.
        #expect(key(threads: 4, quota: 1.5).threads == 2)
        #expect(key(threads: 4, limits: HostLimits(cpus: [7, 7])).threads == 1)
    }

    @Test func oldAndFutureOnesAreMeasuredAgain() {
        let cache = CeilingCache(directory: folder.path)
        for (age, isUsed) in [(3600, true), (86_390, true), (86_410, false), (-3600, false)] {
            cache.keep(ceilings, for: key())
            let moment = timespec(tv_sec: time(nil) - age, tv_nsec: 0)
            var times = [moment, moment]
            #expect(utimensat(AT_FDCWD, folder.path + "/" + key().fileName, &times, 0) == 0)
            #expect((cache.ceilings(for: key()) != nil) == isUsed, "\(age) s")
        }
    }

    @Test func damagedOnesAreMeasuredAgain() {
        let cache = CeilingCache(directory: folder.path)
        let name = key().fileName
        for content in ["", "garbage", String(repeating: "x", count: 10_000)] {
            folder.write(name, content)
            #expect(cache.ceilings(for: key()) == nil)
        }
        // Intact, but another's.
        cache.keep(ceilings, for: key(threads: 3, instances: 1))
        let stray = key(threads: 3, instances: 1).fileName
        #expect(rename(folder.path + "/" + stray, folder.path + "/" + name) == 0)
        #expect(cache.ceilings(for: key(isa: "avx2", threads: 4, instances: 1)) == nil)
        #expect(symlink("/dev/zero", folder.path + "/" + stray) == 0)
        #expect(cache.ceilings(for: key(threads: 3, instances: 1)) == nil)
    }
}
