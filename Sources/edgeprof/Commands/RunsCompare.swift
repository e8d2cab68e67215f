public import ArgumentParser
import Comparison
public import EdgeprofAPI
import HTTPTransport

extension Runs {
    /// The command `edgeprof runs compare`.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Test for a change between two sets of runs, with statistics, not by eye.",
            discussion: """
                A is the base, B what is compared with it. Each is a file that `edgeprof profile --format json` wrote, ids of \
                runs between commas, or conditions: model, agent, job, isa, plan, scenario, threads, instances, producer, \
                since, until, latest. The unit is the run, a process of its own: five a side are the fewest that \
                anything is decided from (profile --repeat 5).

                Gates: p50, p90, p99, throughput and rss of B, any of them with .ratio (B over A) or .change (in %), and \
                speedup (A's median latency over B's). --require passes only where the 95 % interval shows that it holds, \
                --fail-if fails only where the interval shows it, and nothing passes undecided for want of runs. Exit \
                code 3 when a gate is not passed. More: docs/comparing.md.

                Examples:
                  edgeprof profile resnet18 --repeat 10 --format json > before.json
                  edgeprof runs compare before.json after.json
                  edgeprof runs compare before.json after.json --require 'p99.change <= 5%' --fail-if 'p99 > 50ms'
                  edgeprof runs compare model=mine,until=2026-11-20 model=mine,since=2026-11-20
                  edgeprof runs compare job=ID,isa=avx2 job=ID,isa=avx512vnni --allow isa --require 'speedup >= 1.1'
                """
        )

        @Argument(help: ArgumentHelp("The base: a file, ids or conditions.", valueName: "a"))
        var a: String

        @Argument(help: ArgumentHelp("What is compared with it: the same.", valueName: "b"))
        var b: String

        @Option(help: ArgumentHelp("Gate that fails where it is shown to hold; may be repeated.", valueName: "gate"))
        var failIf: [String] = []

        @Option(help: ArgumentHelp("Gate that passes where it is shown to hold; may be repeated.", valueName: "gate"))
        var require: [String] = []

        @Option(
            help: ArgumentHelp(
                "A difference that is meant: \(RunDifference.allCases.map(\.rawValue).joined(separator: ", ")).",
                valueName: "difference"
            )
        )
        var allow: [RunDifference] = []

        @OptionGroup var output: OutputOptions

        func validate() throws { _ = try gates() }

        func run() async throws {
            let comparison = try await compare(try RunSource.parse(a), try RunSource.parse(b))
            let format = output.resolved
            switch format {
            case .json: Terminal.write(try JSONOutput.text(comparison))
            case .csv, .markdown: Terminal.write(ComparisonTable.table(comparison).rendered(as: format))
            case .table: Terminal.write(ComparisonTable.page(comparison, width: Terminal.width))
            }
            guard comparison.passed == false else { return }
            if format != .table {
                for line in ComparisonTable.gateLines(comparison) { Terminal.complain(line) }
            }
            throw ExitCode(3)
        }

        private func gates() throws -> [GateExpression] {
            do {
                return try failIf.map { try GateExpression($0, .failIf) }
                    + require.map { try GateExpression($0, .require) }
            } catch let error as GateSyntaxError {
                throw ValidationError("a gate cannot be read:\n\(error)")
            }
        }

        private func compare(_ a: RunSource, _ b: RunSource) async throws -> RunComparison {
            if case .collector(let a) = a, case .collector(let b) = b {
                return try await CollectorConnection.saved().compare(
                    RunComparisonRequest(a: a, b: b, allow: allow, failIf: failIf, require: require)
                )
            }
            return try RunComparison(
                of: try await a.runs(),
                with: try await b.runs(),
                allowing: Set(allow),
                gates: try gates()
            )
        }
    }
}

extension RunDifference: ExpressibleByArgument {}
