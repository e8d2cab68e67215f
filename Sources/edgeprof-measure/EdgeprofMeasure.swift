internal import Glibc
internal import MeasurementCore

/// Runs one model and nothing else; started by edgeprof and edgeprof-agent, never by hand.
@main
struct EdgeprofMeasure {
    static func main() {
        let words = Array(CommandLine.arguments.dropFirst())
        if words == ["--help"] || words == ["-h"] {
            print(ChildArguments.help)
            return
        }
        do {
            if words.first == CeilingArguments.mode {
                let arguments = try CeilingArguments(parsing: words)
                answer(on: arguments.recordDescriptor) { () throws(MeasurementFailure) in
                    .ceilings(try CeilingMeasurement.run(arguments))
                }
            } else {
                let arguments = try ChildArguments(parsing: words)
                answer(on: arguments.recordDescriptor) { () throws(MeasurementFailure) in
                    .measured(try ModelMeasurement.run(arguments))
                }
            }
        } catch {
            RecordFile(descriptor: 2).write(
                "edgeprof-measure: \(error); to measure a model by hand, use `edgeprof profile` (see --help)\n"
            )
            exit(ChildExit.usage.rawValue)
        }
    }

    /// Measures, writes the record and ends with its exit code.
    private static func answer(
        on descriptor: Int32,
        _ measure: () throws(MeasurementFailure) -> MeasurementRecord
    ) -> Never {
        let record: MeasurementRecord
        let code: ChildExit
        do throws(MeasurementFailure) {
            record = try measure()
            code = .measured
        } catch {
            record = .failed(reason: error.reason)
            code = error.exitCode
        }
        let isWritten = RecordFile(descriptor: descriptor).write(record.encoded())
        exit(isWritten ? code.rawValue : ChildExit.abandoned.rawValue)
    }
}
