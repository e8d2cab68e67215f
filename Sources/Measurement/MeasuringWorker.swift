public import EdgeprofAPI
internal import Glibc
internal import MeasurementCore

/// Takes runs in a process of their own: the running program, started again with an order.
///
/// Building, quantizing and packing a network takes hundreds of megabytes and reads what others wrote; neither is to cost or end
/// a daemon. The worker gets its order on `orderDescriptor` and writes its answer to `answerDescriptor`; `WorkerSide` is its other side.
public struct MeasuringWorker: Sendable {
    /// The order's descriptor in the worker: a pipe that holds all of it.
    public static let orderDescriptor: Int32 = 4
    /// The answer's descriptor in the worker: a pipe, closed at the far end when the daemon is gone.
    public static let answerDescriptor: Int32 = 3
    /// The worker's exit code when this box cannot measure now; standard error says why, in one line.
    public static let cannotMeasureExitCode: Int32 = 3

    /// How a worker ended.
    public enum Answer: Sendable {
        /// It took a run, whatever its outcome, and this is what it wrote.
        case told([UInt8])
        /// It crashed, was killed or hung: the run that says so.
        case ended(Run)
    }

    /// Bytes an answer may have.
    private static let answerLimit = 4 << 20
    /// Bytes an order may have: what a pipe takes at once, pipe(7).
    private static let orderLimit = 32 << 10
    /// Variables of the daemon's environment that a worker sees too.
    private static let variables = ["EDGEPROF_MEASURE", "EDGEPROF_ISA"]
    /// Time a cancelled worker has to end its measuring process and remove its control group.
    private static let graceNanoseconds: UInt64 = 2_000_000_000

    private let program: String
    private let arguments: [String]
    private let producer = "edgeprof \(Edgeprof.version)"

    /// Prepares to start workers.
    ///
    /// - Parameters:
    ///   - program: what is started; nil for the running program.
    ///   - arguments: what makes it a worker.
    /// - Throws: `noHelper` when the running program cannot be told, or its `edgeprof-measure` is missing.
    public init(program: String? = nil, arguments: [String]) throws(MeasurementError) {
        if program == nil { _ = try HelperProgram.find() }
        guard let program = program ?? HelperProgram.runningProgram else {
            throw MeasurementError(.noHelper, "cannot tell where this program is (/proc is missing)")
        }
        self.program = program
        self.arguments = arguments
    }

    /// Has a worker take one run.
    ///
    /// Cancelling the task ends the worker and what it started.
    ///
    /// - Parameters:
    ///   - order: what the worker reads, 32 KiB at most.
    ///   - model: where the model comes from, for a run whose worker cannot tell of it any more.
    ///   - settings: how it is measured.
    ///   - host: the box, with its limits.
    ///   - timeoutSeconds: how long the worker may take at most, waiting for other measurements on this box included.
    ///   - isAnswer: whether what it wrote can be read; a worker whose answer cannot has crashed.
    ///   - onNote: told the worker's notes, a line each, while it runs.
    /// - Returns: its answer.
    /// - Throws: `MeasurementError` when this box cannot measure now; `CancellationError` when the task was cancelled.
    public func run(
        order: [UInt8],
        model: ModelSource,
        settings: MeasurementSettings,
        host: HostFacts,
        timeoutSeconds: Double,
        isAnswer: @escaping @Sendable ([UInt8]) -> Bool = { _ in true },
        onNote: @escaping @Sendable (String) -> Void = { _ in }
    ) async throws -> Answer {
        let cancellation = MeasurementCancellation()
        let started = Timestamp.now
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Answer, any Error>) in
                do throws(MeasurementFailure) {
                    // Not a task: it blocks for minutes, and the pool has no thread to spare for that.
                    try MeasurementThread(stackBytes: 256 << 10) {
                        do throws(MeasurementError) {
                            let end = try wait(order, timeoutSeconds, cancellation, isAnswer, onNote)
                            if let output = end.output { return continuation.resume(returning: .told(output)) }
                            var draft = RunDraft(model: model, settings: settings, host: host, producer: producer)
                            draft.startedAt = started
                            continuation.resume(returning: .ended(draft.run(end.trouble)))
                        } catch {
                            continuation.resume(
                                throwing: error.code == .cancelled ? CancellationError() : error as any Error
                            )
                        }
                    }.detach()
                } catch {
                    continuation.resume(throwing: MeasurementError(.cannotMeasure, error.reason))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Starts a worker and waits for its end, on this thread.
    private func wait(
        _ order: [UInt8],
        _ timeoutSeconds: Double,
        _ cancellation: MeasurementCancellation,
        _ isAnswer: ([UInt8]) -> Bool,
        _ onNote: (String) -> Void
    ) throws(MeasurementError) -> (output: [UInt8]?, trouble: ChildEnd) {
        let killsBefore = KernelKills.count
        let child = try ChildProcess(
            ChildCommand(
                executable: program,
                arguments: arguments,
                environment: HelperProgram.environment
                    + Self.variables.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } },
                files: [try Self.pipe(holding: order)],
                timeoutNanoseconds: UInt64(min(max(timeoutSeconds, 1), 1e9) * 1e9),
                outputLimit: Self.answerLimit,
                graceNanoseconds: Self.graceNanoseconds
            )
        )
        var notes = WorkerNotes()
        var result = try child.wait(cancellation: cancellation) { bytes in notes.take(bytes, onNote) }
        result.diagnostics = WorkerNotes.without(result.diagnostics)
        let line = result.diagnostics.split(separator: "\n").first.map { String($0.prefix(200)) }
        if result.status == .exited(0), !result.output.isEmpty, !result.wroteTooMuch, !result.timedOut {
            if isAnswer(result.output) { return (result.output, ChildEnd(outcome: .ok)) }
            let reason =
                "the process that prepares and measures: its answer of \(result.output.count) bytes cannot be read"
            return (nil, ChildEnd(outcome: .crashed, reason: reason))
        }
        if result.status == .exited(Self.cannotMeasureExitCode) {
            throw MeasurementError(
                .cannotMeasure,
                line ?? "this box cannot measure now, and the worker does not say why"
            )
        }
        return (nil, Self.trouble(result, line, timeoutSeconds, kernelKilled: KernelKills.count > killsBefore))
    }

    /// What the end of a worker that gave no answer means for the run.
    static func trouble(
        _ result: ChildResult,
        _ line: String?,
        _ timeoutSeconds: Double,
        kernelKilled: Bool
    ) -> ChildEnd {
        let who = "the process that prepares and measures"
        // SIGALRM is the worker's own limit, which the kernel keeps.
        if result.status == .signaled(SIGALRM) {
            return ChildEnd(outcome: .timeout, reason: "\(who) did not finish in its time")
        }
        var end = ChildEnd(result, timeoutSeconds: timeoutSeconds, kernelKilled: kernelKilled)
        if case .exited(let code) = result.status, !result.timedOut, !result.wroteTooMuch {
            end = ChildEnd(outcome: .crashed, reason: "exit code \(code)\(line.map { " (\($0))" } ?? "")")
        }
        end.reason = "\(who): " + (end.reason ?? "no answer")
        end.record = nil
        return end
    }

    /// A pipe with these bytes in it and nobody to write more.
    private static func pipe(holding bytes: [UInt8]) throws(MeasurementError) -> FileDescriptor {
        guard bytes.count <= orderLimit, let pipe = FileDescriptor.pipe() else {
            throw MeasurementError(.cannotMeasure, "no pipe for an order of \(bytes.count) bytes")
        }
        guard write(pipe.writer.number, bytes, bytes.count) == bytes.count else {
            throw MeasurementError(.cannotMeasure, "cannot write an order: \(systemMessage(errno))")
        }
        return pipe.reader
    }
}
