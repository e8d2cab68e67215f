import CAllocationCounter
import EdgeprofAPI
import Glibc
import HostInfo
import HostProbes
import Testing

@testable import Measurement
@testable import MeasurementCore

/// What a memory limit does, and what becomes of it where the kernel refuses.
extension RealHelperTests {
    @Suite struct MemoryLimitTests {
        private let folder = TemporaryFolder()

        private func run(
            _ model: String = "shufflenet_v2_x0_5",
            limit: UInt64?,
            files: (any ControlGroupFiles)? = HostRoot.system,
            settings: MeasurementSettings = MeasurementSettings(durationSeconds: 0.2)
        ) throws -> Run {
            let limits = limit.map { HostLimits(memoryBytes: $0) }
            var measurer = try Measurer(cacheDirectory: folder.path + "/cache", limits: limits, helper: RealHelper.path)
            measurer.lockFolders = [folder.path]
            measurer.controlGroups = files
            return try measurer.measure(model: .zoo(model), settings: settings)
        }

        /// Why there are no groups here; nil where there are.
        private static let refusal: String? = {
            do throws(MemoryGroupRefusal) {
                try OwnedMemoryGroup(limitBytes: 1 << 30).remove()
                return nil
            } catch {
                print("skipped: runs in a control group: \(error)")
                return error.description
            }
        }()

        private var groupsLeft: [String] {
            guard let folder = MemoryCgroup.folder().value else { return [] }
            return HostRoot.system.names(in: folder).filter { $0.hasPrefix("edgeprof-\(getpid())-") }
        }

        /// Sanitizers keep shadows of memory and reserve terabytes of address space.
        private static let isPlain = edgeprof_thread_allocations() >= 0

        @Test(.enabled(if: isPlain && refusal == nil)) func aGroupTellsWhatItTakes() throws {
            // A box that reclaims idle pages may have taken some of the program; reading them back counts in the first group.
            _ = try run(limit: 1 << 40)
            let roomy = try run(limit: 1 << 40)
            #expect(roomy.outcome == .ok, "\(roomy.outcomeReason ?? "")")
            let limit = try #require(roomy.memoryLimit)
            #expect(limit.bytes == 1 << 40 && limit.reason == nil && limit.verdict == .fits)
            #expect(limit.mechanism != .addressSpace)
            #expect(limit.refaults?.value == 0)
            if let peak = limit.peakBytes {
                // All of the process is in it: program, model, and what the kernel needs for them.
                let resident = try #require(roomy.memory?.peakRssBytes)
                #expect(peak > resident / 2 && peak < 2 * resident)
            }
            #expect(groupsLeft == [])

            for bytes: UInt64 in [1, 4096, 2 << 20] {
                let run = try run(limit: bytes)
                #expect(run.outcome == .oom && run.memoryLimit?.verdict == .doesNotFit, "\(run.outcomeReason ?? "")")
                #expect(run.outcomeReason?.isEmpty == false)
            }
            #expect(groupsLeft == [])
        }

        /// Less than the weights: the kernel takes pages of the plan away, and each query reads them again.
        @Test(.enabled(if: isPlain && refusal == nil)) func tooTightALimitSlowsDownOrDoesNotFit() throws {
            let free = try run("resnet18", limit: 1 << 30)
            let peak = try #require(free.memoryLimit?.peakBytes ?? free.memory?.peakRssBytes)
            var verdicts: [Run.MemoryLimit.Verdict?] = []
            for percent: UInt64 in [120, 85, 40] {
                let run = try run("resnet18", limit: peak / 100 * percent)
                verdicts.append(run.memoryLimit?.verdict)
                if run.outcome == .ok { #expect(run.memoryLimit?.refaults?.value != nil) }
            }
            print("covered: verdicts of falling limits: \(verdicts.map { $0?.rawValue ?? "none" })")
            #expect(verdicts.first == .fits && verdicts.last != .fits)
        }

        @Test(.enabled(if: isPlain)) func whatIsRefusedFallsBack() throws {
            let missing = HostRoot(folder.path)
            let run = try run(limit: 1 << 30, files: missing)
            #expect(run.outcome == .ok, "\(run.outcomeReason ?? "")")
            #expect(run.memoryLimit?.mechanism == .addressSpace && run.memoryLimit?.verdict == .fits)
            #expect(run.memoryLimit?.reason?.contains("control groups") == true)
            #expect(run.flags.contains(.standIn))
            #expect(try self.run(limit: nil).memoryLimit == nil)
        }

        /// A group that cannot be entered, as in a container whose hierarchy is another one's.
        @Test(.enabled(if: isPlain)) func aGroupThatCannotBeEnteredIsGivenUp() throws {
            let group = "/sys/fs/cgroup/memory/g"
            mkdir(folder.path + "/proc", 0o755)
            let run = try run(limit: 1 << 30, files: PaperGroups(folder: folder.path + group))
            #expect(run.outcome == .ok, "\(run.outcomeReason ?? "")")
            #expect(run.memoryLimit?.mechanism == .addressSpace)
            #expect(run.memoryLimit?.reason?.contains("cannot enter a control group") == true)
        }

        @Test func verdicts() {
            func verdict(_ outcome: Run.Outcome, faults: UInt64 = 0, refaults: Double? = 0, inAll: UInt64? = nil)
                -> String?
            {
                var record = MeasuredRecord()
                record.windowNanoseconds = 2_000_000_000
                record.memory.windowFaults.major = faults
                record.memoryLimit = refaults.map {
                    RecordedMemoryLimit(
                        chargedElsewhereBytes: 0,
                        refaults: RecordedValue($0),
                        reclaimedPages: RecordedValue(0),
                        scannedPages: RecordedValue(0),
                        pressureShare: RecordedValue(0)
                    )
                }
                return MemoryConfinement.verdict(outcome, outcome == .ok ? record : nil, refaultsInAll: inAll)?.rawValue
            }
            #expect(verdict(.ok) == "fits" && verdict(.ok, faults: 199, refaults: 199) == "fits")
            #expect(verdict(.ok, faults: 200) == "slows-down" && verdict(.ok, refaults: 200) == "slows-down")
            // Address space is never taken away.
            #expect(verdict(.ok, faults: 10_000, refaults: nil) == "fits")
            #expect(verdict(.oom) == "does-not-fit" && verdict(.crashed) == nil && verdict(.refused) == nil)
            #expect(verdict(.timeout) == nil && verdict(.timeout, inAll: 5_000) == "slows-down")
        }

        @Test func thePlansPagesLeaveTheCache() throws {
            let path = folder.path + "/pages"
            let number = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            try #require(number >= 0)
            let file = FileDescriptor(number)
            let size = 1 << 20
            #expect(write(number, [UInt8](repeating: 7, count: size), size) == size)
            #expect(PageCache.residentBytes(file) == UInt64(size))
            let left = PageCache.drop(file)
            // A file in memory stays there.
            if left == 0 { #expect(PageCache.residentBytes(file) == 0) } else { #expect(left == UInt64(size)) }
            let empty = FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))
            #expect(PageCache.drop(empty) == 0)
        }

        /// Anonymous growth and the resident plan against arena, working memory and packed weights, within 5 % and 1 MiB.
        @Test(
            .enabled(if: isPlain),
            arguments: [
                ("shufflenet_v2_x0_5", 1, 1), ("squeezenet1_1", 1, 1), ("mobilenet_v2", 1, 2), ("squeezenet1_1", 1, 3),
            ]
        )
        func memoryIsAsPlanned(_ model: String, _ threads: Int, _ instances: Int) throws {
            let settings = MeasurementSettings(
                threads: threads,
                instances: instances,
                scenario: instances > 1 ? .offline : .singleStream,
                durationSeconds: 0.2
            )
            let run = try run(model, limit: nil, settings: settings)
            let memory = try #require(run.memory, "\(run.outcomeReason ?? "")")
            let measured = try #require(memory.modelBytes)
            let planned = Double(memory.arenaBytes) * Double(instances) + Double(memory.weightBytes)
            #expect(abs(measured - planned) <= 0.05 * planned + 1_048_576, "\(measured) against \(planned)")
            #expect(memory.plannedBytes(instances: instances) >= planned)
            #expect((memory.pssBytes?.value ?? 1) > 0 && memory.loadFaults.map { $0.minor > 0 } == true)
        }
    }
}

/// Groups that are plain folders with plain files, which no kernel stands behind.
private struct PaperGroups: ControlGroupFiles {
    let folder: String
    private let root = HostRoot.system

    init(folder: String) {
        self.folder = folder
        var path = ""
        for part in folder.split(separator: "/") {
            path += "/" + part
            mkdir(path, 0o755)
        }
    }

    func memoryFolder() -> Reading<String> { .value(folder) }
    func read(_ path: String) -> Result<String, HostFileError> { root.read(path, limitBytes: 4096) }
    func write(_ text: String, to path: String) -> HostFileError? { root.write(text, to: path) }
    func removeFolder(_ path: String) -> HostFileError? {
        for name in root.names(in: path) { unlink(path + "/" + name) }
        return root.removeFolder(path)
    }
    func names(in path: String) -> [String] { root.names(in: path) }
    func exists(_ path: String) -> Bool { root.exists(path) }
    func attribute(_ name: String, of path: String) -> String? { nil }

    func makeFolder(_ path: String) -> HostFileError? {
        if let error = root.makeFolder(path) { return error }
        // No cgroup.procs: it cannot be entered.
        for name in ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.oom_control"] {
            close(open(path + "/" + name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o644))
        }
        return nil
    }
}
