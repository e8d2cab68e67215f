internal import Glibc
internal import MeasurementCore
internal import Synchronization

/// The worker's own side of `MeasuringWorker`: reads the order, ends when the daemon is gone, writes the answer.
public enum WorkerSide {
    /// Cancelled by SIGTERM, and when the daemon is gone.
    public static let cancellation = MeasurementCancellation()

    /// The daemon's process number in its worker, 0 in every other process.
    private static let daemon = Atomic<Int32>(0)

    /// The daemon's process number; nil in a process that is no worker.
    static var daemonID: Int32? {
        let number = daemon.load(ordering: .relaxed)
        return number > 1 ? number : nil
    }

    /// Makes this process a worker.
    ///
    /// The kernel takes it before the daemon when memory is short: out of memory is one run's outcome, not the daemon's end.
    ///
    /// - Returns: the order.
    /// - Throws: `cannotMeasure` when there is no order, as when a person starts the worker.
    public static func begin() throws(MeasurementError) -> [UInt8] {
        // Made before the handler, which must not be the first to ask for it: making it may allocate.
        _ = cancellation.isCancelled
        signal(SIGTERM) { _ in WorkerSide.cancellation.cancel() }
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        if file >= 0 {
            _ = write(file, "500", 3)
            close(file)
        }
        for descriptor in [MeasuringWorker.answerDescriptor, MeasuringWorker.orderDescriptor] {
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
                throw MeasurementError(
                    .cannotMeasure,
                    "this command is the agent's own; it takes no order from a person"
                )
            }
            // Not for the measuring process: it would keep the daemon waiting for an answer.
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        }
        daemon.store(getppid(), ordering: .relaxed)
        do throws(MeasurementFailure) {
            try MeasurementThread(stackBytes: 64 << 10) { watchDaemon() }.detach()
        } catch { throw MeasurementError(.cannotMeasure, error.reason) }
        var (order, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while true {
            let count = read(MeasuringWorker.orderDescriptor, &buffer, buffer.count)
            if count > 0 { order += buffer.prefix(count) } else if count == 0 || errno != EINTR { return order }
        }
    }

    /// Has the kernel end this process with SIGALRM after so long; 0 takes that back.
    public static func limit(seconds: Double) {
        alarm(UInt32(min(max(seconds.rounded(.up), 0), 1e9)))
    }

    /// Hands the answer to the daemon.
    ///
    /// - Throws: `cannotMeasure` when the daemon does not take it.
    public static func answer(_ bytes: [UInt8]) throws(MeasurementError) {
        signal(SIGPIPE, SIG_IGN)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                write(MeasuringWorker.answerDescriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw MeasurementError(.cannotMeasure, "the agent does not take the answer: \(systemMessage(errno))")
            }
        }
    }

    /// Cancels the measurement when the daemon is gone, and ends the process if it does not heed that.
    private static func watchDaemon() {
        while true {
            var watched = pollfd(fd: MeasuringWorker.answerDescriptor, events: 0, revents: 0)
            // With no event asked for, the loss of the reader alone wakes it.
            guard poll(&watched, 1, -1) > 0, watched.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 else {
                continue
            }
            cancellation.cancel()
            // Packing does not look at the cancellation.
            sleep(2)
            _exit(1)
        }
    }
}
