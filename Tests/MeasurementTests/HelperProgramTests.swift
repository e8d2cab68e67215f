import EdgeprofAPI
import Glibc
import Testing

@testable import Measurement

/// What `edgeprof-measure` is made of and how it takes being called wrongly.
@Suite struct HelperProgramTests {
    /// What a shell script writes to descriptor 3, run with the helper's path as `$0`.
    private func output(_ script: String, files: [FileDescriptor] = []) throws -> String {
        let command = ChildCommand(
            executable: "/bin/sh",
            arguments: ["-c", script, RealHelper.path],
            environment: HelperProgram.environment + ["PATH=/usr/bin:/bin"],
            files: files,
            timeoutNanoseconds: 60_000_000_000,
            outputLimit: 1 << 20
        )
        let result = try ChildProcess(command).wait(cancellation: MeasurementCancellation())
        return String(decoding: result.output, as: UTF8.self)
    }

    /// The model's memory is measured: what the helper drags along would count as the model's.
    @Test func linksNothingHeavy() throws {
        // The dynamic linker lists what it would load.
        let libraries = try output("LD_TRACE_LOADED_OBJECTS=1 \"$0\" >&3")
        #expect(libraries.contains("libc.so"))
        for heavy in ["Foundation", "curl", "ssl", "sqlite", "libxml", "icu", "Dispatch", "XCTest"] {
            #expect(!libraries.lowercased().contains(heavy.lowercased()), "links \(heavy)")
        }
        // Static ones show in the symbols, which a debug build keeps.
        for module in ["14ArgumentParser", "6Crypto", "20FoundationEssentials", "10Foundation", "11EdgeprofAPI"] {
            #expect(try output("grep -c '$s\(module)' \"$0\" >&3") == "0\n", "contains \(module)")
        }
        #expect(try output("grep -c '$s15MeasurementCore' \"$0\" >&3") != "0\n")
    }

    @Test func badUsageIsExplained() throws {
        let text = try output("\"$0\" resnet50 2>&3; echo $? >&3")
        #expect(
            text == "edgeprof-measure: unknown argument resnet50; to measure a model by hand, use `edgeprof profile` "
                + "(see --help)\n2\n"
        )
        #expect(try output("\"$0\" --help >&3; echo $? >&3").hasSuffix("0\n"))
    }

    @Test func aPlanThatIsNoneIsNamed() throws {
        let empty = FileDescriptor(open("/dev/null", O_RDONLY | O_CLOEXEC))
        let arguments = "--plan 4 --record 3 --threads 1 --instances 1 --nanoseconds 1"
        #expect(try output("\"$0\" \(arguments); echo \" exit $?\" >&3", files: [empty]).hasSuffix(" exit 7\n"))
        #expect(try output("\"$0\" \(arguments) 4<&-; echo \" exit $?\" >&3").hasSuffix(" exit 1\n"))
    }

    /// A killed agent must not leave a child behind that disturbs the next measurement.
    @Test func endsWithItsParent() throws {
        let folder = TemporaryFolder()
        let cache = PlanCache(directory: folder.path, limitBytes: 1 << 30)
        let request = try PlanRequest(model: .zoo("squeezenet1_1"), settings: .init(), limits: nil)
        let plan = try cache.plan(for: request) {}
        var began = timespec()
        clock_gettime(CLOCK_MONOTONIC, &began)
        // The reader of the record's pipe, `true`, is gone at once.
        let text = try output(
            """
            ("$0" --plan 4 --record 7 --threads 1 --instances 2 --nanoseconds 60000000000 7>&1; echo $? >&3) | true
            """,
            files: [plan.file]
        )
        var ended = timespec()
        clock_gettime(CLOCK_MONOTONIC, &ended)
        #expect(text == "6\n")
        #expect(ended.tv_sec - began.tv_sec < 30)
    }

    @Test func isFoundThroughTheEnvironmentOrBesideTheProgram() throws {
        setenv("EDGEPROF_MEASURE", "/no/such/helper", 1)
        #expect { try HelperProgram.find() } throws: {
            "\($0)".contains("EDGEPROF_MEASURE=/no/such/helper cannot be run")
        }
        setenv("EDGEPROF_MEASURE", "/bin/true", 1)
        #expect(try HelperProgram.find() == "/bin/true")
        unsetenv("EDGEPROF_MEASURE")
        // Beside the test runner there may be none; then it is named.
        do {
            #expect(try HelperProgram.find().hasSuffix("/edgeprof-measure"))
        } catch {
            #expect(error.code == .noHelper && "\(error)".contains("edgeprof-measure is missing"))
        }
    }
}
