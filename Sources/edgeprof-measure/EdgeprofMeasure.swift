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
        let arguments: ChildArguments
        do {
            arguments = try ChildArguments(parsing: words)
        } catch {
            RecordFile(descriptor: 2).write(
                "edgeprof-measure: \(error); to measure a model by hand, use `edgeprof profile` (see --help)\n"
            )
            exit(ChildExit.usage.rawValue)
        }
        let record: MeasurementRecord
        let code: ChildExit
        do {
            record = .measured(try ModelMeasurement.run(arguments))
            code = .measured
        } catch {
            record = .failed(reason: error.reason)
            code = error.exitCode
        }
        let isWritten = RecordFile(descriptor: arguments.recordDescriptor).write(record.encoded())
        exit(isWritten ? code.rawValue : ChildExit.abandoned.rawValue)
    }
}
