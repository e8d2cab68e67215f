import HostInfo
import Testing

@testable import MeasurementCore

@Suite struct ChildArgumentsTests {
    private static let least = ChildArguments(
        planDescriptor: 4,
        recordDescriptor: 3,
        threads: 2,
        instances: 3,
        durationNanoseconds: 5_000_000_000
    )

    @Test func surviveTheTrip() throws {
        var arguments = Self.least
        #expect(try ChildArguments(parsing: arguments.strings) == arguments)
        arguments.cpus = CPUList([0, 2, 3])
        arguments.memoryLimit = ChildMemoryLimit(bytes: 512 << 20)
        #expect(try ChildArguments(parsing: arguments.strings) == arguments)
        arguments.memoryLimit = ChildMemoryLimit(bytes: 1, groupFolder: "/sys/a b", chargedElsewhereBytes: 7)
        arguments.timesLayers = true
        arguments.countsEvents = false
        arguments.ratePerSecond = 12.345678901
        arguments.energyInstrument = "ina3221:VDD_CPU_GPU_CV"
        arguments.settleNanoseconds = 600_000_000_000
        #expect(try ChildArguments(parsing: arguments.strings) == arguments)
    }

    @Test(arguments: [
        ([], "--plan is missing"), (["--plan"], "--plan needs a value"), (["plan.bin"], "unknown argument plan.bin"),
        (["--plan", "1", "--plan", "1"], "--plan is given twice"), (["--threads", "0"], "--threads must be 1 to 1024"),
        (["--threads", "99999999999999999999"], "--threads must be"), (["--instances", "two"], "not two"),
        (["--nanoseconds", "18446744073709551615"], "--nanoseconds must be"), (["--cpus", "0,,1"], "--cpus must be"),
        (["--cpus", ""], "--cpus must be"), (["--cpus", "70000"], "--cpus must be"),
        (["--memory-limit", "512MiB"], "--memory-limit must be"), (["--memory-limit", "-1"], "--memory-limit must be"),
        (["--record", "-1"], "--record must be"), (["--rate", "0"], "--rate must be"),
        (["--rate", "nan"], "--rate must be"),
        (["--rate", "1e7"], "--rate must be"), (["--energy", ""], "--energy must be"),
        (["--energy", String(repeating: "a", count: 101)], "--energy must be"),
        (["--energy"], "--energy needs a value"),
        (["--settle", "-1"], "--settle must be"), (["--settle", "10m"], "--settle must be"),
    ])
    func mistakesAreNamed(_ replacement: [String], _ message: String) {
        var words = Self.least.strings
        if replacement.isEmpty {
            words.removeFirst(2)
        } else if replacement.count == 2, let index = words.firstIndex(of: replacement[0]) {
            words[index + 1] = replacement[1]
        } else {
            words += replacement
        }
        #expect { try ChildArguments(parsing: words) } throws: { "\($0)".contains(message) }
    }

    @Test func helpFitsAScreen() {
        let lines = ChildArguments.help.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 24)
        #expect(lines.allSatisfy { $0.count <= 120 })
        for code in ChildExit.allCases { #expect(ChildArguments.help.contains("\(code.rawValue) ")) }
    }
}
