import CacheSimulation
import HostInfo
import InferenceEngine
import KernelDispatch
import Measurement
import Quantization

/// What caches would do with a model, simulated.
struct CacheInspection: Encodable {
    /// One cache.
    struct Level: Encodable {
        var name: String
        var bytes: Int
        /// Of one inference in a series.
        var misses: UInt64
        /// What the misses fetch from the next level, or from memory behind the last.
        var bytesFromNextLevel: UInt64
        /// Misses over line touches.
        var shareOfTouches: Double
    }

    /// One step of the plan.
    struct Step: Encodable {
        var name: String
        var operation: String
        var touches: UInt64
        /// By level.
        var misses: [UInt64]
    }

    var model: String
    /// Always true: these are no measurements.
    var simulated = true
    /// How: a fully associative cache that replaces the least recently used line.
    var method = "reuse-distance"
    /// The tier, `here` or the list of sizes.
    var caches: String
    var isa: String
    var kernel: String
    var plan: String
    var lineBytes: Int
    /// Cache lines touched by one inference, those touched again at once counted once.
    var lineTouches: UInt64
    /// Bytes of all lines that one inference touches.
    var footprintBytes: Int
    var levels: [Level]
    var steps: [Step]

    /// Simulates a model.
    ///
    /// - Parameters:
    ///   - source: The model.
    ///   - choice: The caches.
    ///   - isa: Whose kernels' loops are followed; the best of this host when nil.
    ///   - plan: How closely the network's own operators are followed.
    /// - Throws: When the model cannot be loaded or the instruction set is unknown, in one line.
    init(model source: ModelSource, caches choice: CacheChoice, isa: String?, plan: PlanKind) throws {
        let name = try isa ?? KernelDispatch.select().instructionSet
        guard let instructionSet = InstructionSet(rawValue: name) else {
            let known = InstructionSet.allCases.map(\.rawValue).joined(separator: ", ")
            throw InputError("--isa: unknown instruction set \(name.debugDescription); there are \(known)")
        }
        let simulation = try LocalitySimulation(
            network: try source.load().network,
            kind: plan,
            instructionSet: instructionSet,
            cacheBytes: choice.levels.map(\.bytes)
        )
        model = source.name
        caches = choice.name
        self.isa = name
        kernel = simulation.gemmKernel
        self.plan = plan == .naive ? "naive" : "fused"
        lineBytes = LocalitySimulation.lineBytes
        lineTouches = simulation.touches
        footprintBytes = simulation.footprintBytes
        levels = choice.levels.map { level in
            let misses = simulation.misses(cacheBytes: level.bytes)
            return Level(
                name: level.name,
                bytes: level.bytes,
                misses: misses,
                bytesFromNextLevel: misses * UInt64(LocalitySimulation.lineBytes),
                shareOfTouches: simulation.touches == 0 ? 0 : Double(misses) / Double(simulation.touches)
            )
        }
        steps = simulation.steps.map {
            Step(name: $0.info.name, operation: $0.info.operation, touches: $0.touches, misses: $0.misses)
        }
    }
}

extension CacheInspection {
    /// Steps shown in a table; JSON and CSV have them all.
    private static let shownSteps = 10

    /// The caches, level by level.
    var levelTable: Table {
        Table(
            columns: [
                .text("cache"), .number("size"), .number("misses"), .number("% of touches"), .number("fetched"),
                .text("from"),
            ],
            rows: levels.enumerated().map { index, level in
                [
                    level.name, HumanUnits.bytes(UInt64(level.bytes)), HumanUnits.count(Double(level.misses)),
                    HumanUnits.percent(level.shareOfTouches), HumanUnits.bytes(level.bytesFromNextLevel),
                    index + 1 < levels.count ? levels[index + 1].name : "memory",
                ]
            }
        )
    }

    /// The steps that make the most of the largest cache miss that misses at all.
    var worstSteps: ArraySlice<Step> {
        let level = levels.lastIndex { $0.misses > 0 } ?? 0
        return steps.filter { $0.misses[level] > 0 }.sorted { $0.misses[level] > $1.misses[level] }
            .prefix(Self.shownSteps)
    }

    /// Steps with the bytes they fetch into each cache.
    func stepTable(_ steps: some Sequence<Step>) -> Table {
        Table(
            columns: [.path("step"), .text("operation")] + levels.map { .number("into \($0.name)") },
            rows: steps.map { step in
                [step.name, step.operation]
                    + step.misses.map { HumanUnits.bytes($0 * UInt64(lineBytes)) }
            }
        )
    }

    /// Steps with their misses as plain numbers.
    var stepNumbers: Table {
        Table(
            columns: [.text("step"), .text("operation"), .number("simulatedTouches")]
                + levels.map { .number("simulatedMisses\($0.name)") },
            rows: steps.map { [$0.name, $0.operation, "\($0.touches)"] + $0.misses.map { "\($0)" } }
        )
    }

    /// What was simulated, in words.
    private func heading(width: Int) -> String {
        let what =
            "simulated, not measured: \(model) on the caches of \(caches), one inference of a series, one thread, "
            + "loops of \(kernel), \(plan) plan"
        let touches =
            "\(HumanUnits.count(Double(lineTouches))) touches of \(lineBytes)-byte lines in "
            + "\(HumanUnits.bytes(UInt64(footprintBytes))) of memory"
        return TextLayout.paragraph(what, width: width) + touches + "\n"
    }

    /// All of it as a page.
    func page(as format: OutputFormat, width: Int = Terminal.width) -> String {
        let worst = worstSteps
        let steps =
            worst.isEmpty
            ? "after the first inference every access hits the first level\n"
            : "steps that miss most:\n\n" + stepTable(worst).rendered(as: format, width: width)
        return heading(width: width) + "\n" + levelTable.rendered(as: format, width: width) + "\n" + steps
    }
}
