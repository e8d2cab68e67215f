internal import Glibc
internal import MeasurementCore
internal import Synchronization

extension Measurer {
    /// The packed plan, made on a thread of `packingNice` when it is not in the cache.
    ///
    /// Linux keeps niceness by thread and a process inherits it from the thread that starts it; without privileges it only
    /// ever rises. So the thread that starts the measuring process must not be the one that packs (setpriority(2), sched(7)).
    func plan(
        for request: PlanRequest,
        onProgress: (Progress) -> Void
    ) throws(PreparationFailure) -> PreparedPlan {
        guard packingNice > 0 else { return try cache.plan(for: request) { onProgress(.preparing) } }
        onProgress(.preparing)
        let (cache, nice) = (cache, packingNice)
        let made = PackedResult()
        do throws(MeasurementFailure) {
            try MeasurementThread(stackBytes: 8 << 20) {
                setpriority(Int32(PRIO_PROCESS.rawValue), 0, nice)
                do throws(PreparationFailure) {
                    let plan = try cache.plan(for: request) {}
                    made.value.withLock { $0 = .success(plan) }
                } catch {
                    made.value.withLock { $0 = .failure(error) }
                }
            }.join()
        } catch { throw .error(MeasurementError(.noCache, error.reason)) }
        guard let result = made.value.withLock({ $0 }) else {
            throw .error(MeasurementError(.noCache, "the packing thread ended without a word"))
        }
        return try result.get()
    }
}

/// What the packing thread leaves behind.
private final class PackedResult: Sendable {
    let value = Mutex<Result<PreparedPlan, PreparationFailure>?>(nil)
}
