internal import CPerfEvent
internal import Glibc
public import HostInfo

/// Counts what this process does between `start` and `stop`.
///
/// Open it before the threads it should count: an event is inherited by threads started later by the thread that opened it, or by
/// their descendants, and by no others. Use it from one thread. Windows add up until `reset`.
///
/// Counts are user space only. Around each window the events are read one by one while they are stopped (a group read cannot be
/// had together with inheritance on older kernels), and started and stopped a group at a time.
public final class CounterSession {
    /// The counters asked for, in that order.
    public let requested: [Counter]

    /// An open event and its sums.
    private struct Event {
        var counter: Int
        var descriptor: Int32
        var isLeader: Bool
        var base = edgeprof_perf_count()
        var now = edgeprof_perf_count()
        var total = edgeprof_perf_count()
        var error: Int32 = 0

        /// What was counted from `base` to `now`; the kernel's counts only grow.
        var lastWindow: edgeprof_perf_count {
            edgeprof_perf_count(
                value: now.value &- base.value,
                enabled_nanoseconds: now.enabled_nanoseconds &- base.enabled_nanoseconds,
                running_nanoseconds: now.running_nanoseconds &- base.running_nanoseconds
            )
        }

        mutating func addWindow() {
            let last = lastWindow
            total.value &+= last.value
            total.enabled_nanoseconds &+= last.enabled_nanoseconds
            total.running_nanoseconds &+= last.running_nanoseconds
        }
    }

    private struct SchedulerTotals {
        var base = TaskAccounting.Sample()
        var contextSwitches: UInt64 = 0
        var migrations: UInt64 = 0
        var error: Int32 = 0
        var lostThreads = false
        var hasWindow = false
    }

    private let system: PerfSystem
    private let policy: MultiplexPolicy
    private let refusals: [Availability?]
    // In memory of their own, so that a window touches no Array: no exclusivity check, no copy on write.
    private let events: UnsafeMutableBufferPointer<Event>
    private let accounting: TaskAccounting?
    private var scheduler = SchedulerTotals()
    private var isCounting = false

    /// Opens the counters; those that cannot be opened say why in `read`.
    ///
    /// - Parameters:
    ///   - requested: what to count, each once.
    ///   - policy: when a count that was live in part may be scaled.
    ///   - root: where `/proc` and `/sys` are.
    public convenience init(requested: [Counter], policy: MultiplexPolicy = .standard, root: HostRoot = .system) {
        self.init(requested: requested, policy: policy, root: root, system: .kernel)
    }

    init(requested: [Counter], policy: MultiplexPolicy, root: HostRoot, system: PerfSystem) {
        var seen: Set<Counter> = []
        self.requested = requested.filter { seen.insert($0).inserted }
        self.system = system
        self.policy = policy
        accounting = seen.contains { $0.kind == .scheduler } ? TaskAccounting(root: root) : nil

        var opener = EventOpener(system: system, root: root)
        var refusals: [Availability?] = []
        var opened: [Event] = []
        for (index, counter) in self.requested.enumerated() {
            guard let event = counter.event else {
                refusals.append(nil)
                continue
            }
            switch opener.open(counter, event) {
            case .success(let descriptors):
                refusals.append(nil)
                opened += descriptors.map { Event(counter: index, descriptor: $0.descriptor, isLeader: $0.isLeader) }
            case .failure(let refusal):
                refusals.append(refusal.availability)
            }
        }
        self.refusals = refusals
        events = .allocate(capacity: opened.count)
        _ = events.initialize(from: opened)
    }

    deinit {
        for event in events { system.close(event.descriptor) }
        events.deallocate()
    }

    /// Begins a window, without allocating.
    public func start() {
        precondition(!isCounting, "start after start")
        isCounting = true
        if let accounting { scheduler.base = accounting.sample() }
        for index in events.indices {
            let code = system.read(events[index].descriptor, &events[index].base)
            if code != 0 { events[index].error = -code }
        }
        for index in events.indices where events[index].isLeader {
            let code = system.enable(events[index].descriptor)
            if code != 0 { events[index].error = -code }
        }
    }

    /// Ends a window and adds it to the sums, without allocating.
    public func stop() {
        precondition(isCounting, "stop without start")
        isCounting = false
        // In the other order than they were started, so that the first counters enclose the others.
        // Not over `indices.reversed()`, which allocates in a debug build.
        var index = events.count
        while index > 0 {
            index -= 1
            guard events[index].isLeader else { continue }
            let code = system.disable(events[index].descriptor)
            if code != 0 { events[index].error = -code }
        }
        for index in events.indices {
            let code = system.read(events[index].descriptor, &events[index].now)
            if code != 0 { events[index].error = -code } else { events[index].addWindow() }
        }
        if let accounting { addWindow(accounting.sample()) }
    }

    /// Forgets the windows so far.
    public func reset() {
        precondition(!isCounting, "reset inside a window")
        for index in events.indices {
            events[index].total = edgeprof_perf_count()
            events[index].error = 0
        }
        scheduler = SchedulerTotals()
    }

    /// What one counter gave in the last window alone, without allocating.
    ///
    /// - Parameter index: the counter's place in `requested`.
    /// - Returns: its count; nil unless it was live throughout.
    public func lastWindow(of index: Int) -> UInt64? {
        var (value, enabled, running) = (UInt64(0), UInt64(0), UInt64(0))
        var isOpen = false
        for place in events.indices where events[place].counter == index {
            guard events[place].error == 0 else { return nil }
            isOpen = true
            let last = events[place].lastWindow
            value &+= last.value
            running &+= last.running_nanoseconds
            enabled = max(enabled, last.enabled_nanoseconds)
        }
        // The core PMUs of a hybrid processor do not hand over to the nanosecond.
        return isOpen && enabled > 0 && running >= enabled &- enabled / 1000 ? value : nil
    }

    /// What the counters gave over all windows, in the order they were asked for.
    public func read() -> [CounterReading] {
        requested.indices.map { index in
            let counter = requested[index]
            if let refusal = refusals[index] { return CounterReading(counter, unavailable: refusal) }
            if counter.event == nil { return schedulerReading(counter) }
            return perfReading(counter, events.filter { $0.counter == index })
        }
    }

    /// Whether each counter can be opened, in the order they were asked for.
    public var availabilities: [Availability] {
        requested.indices.map { index in
            if let refusal = refusals[index] { return refusal }
            guard requested[index] == .cpuMigrations, let accounting else { return .ok }
            return migrationsRefusal(accounting.sample().migrationsError) ?? .ok
        }
    }

    private func perfReading(_ counter: Counter, _ parts: [Event]) -> CounterReading {
        // Several parts are the core PMUs of a hybrid processor: a thread is on one at a time, so live times add up.
        var sum = edgeprof_perf_count()
        for part in parts {
            if part.error != 0 {
                let text = systemErrorText(part.error)
                return CounterReading(counter, unavailable: .absent("the counter could not be read: \(text)"))
            }
            sum.value &+= part.total.value
            sum.running_nanoseconds &+= part.total.running_nanoseconds
            sum.enabled_nanoseconds = max(sum.enabled_nanoseconds, part.total.enabled_nanoseconds)
        }
        return policy.reading(
            counter,
            rawValue: sum.value,
            enabledNanoseconds: sum.enabled_nanoseconds,
            runningNanoseconds: sum.running_nanoseconds
        )
    }

    private func addWindow(_ now: TaskAccounting.Sample) {
        scheduler.hasWindow = true
        scheduler.contextSwitches &+= now.contextSwitches &- scheduler.base.contextSwitches
        let error = scheduler.base.migrationsError != 0 ? scheduler.base.migrationsError : now.migrationsError
        if error != 0 {
            scheduler.error = error
        } else if now.threads < scheduler.base.threads || now.migrations < scheduler.base.migrations {
            scheduler.lostThreads = true
        } else {
            scheduler.migrations &+= now.migrations &- scheduler.base.migrations
        }
    }

    private func schedulerReading(_ counter: Counter) -> CounterReading {
        guard scheduler.hasWindow else {
            return CounterReading(counter, unavailable: .absent("no measured window yet"))
        }
        if counter == .cpuMigrations {
            if let refusal = migrationsRefusal(scheduler.error) { return CounterReading(counter, unavailable: refusal) }
            if scheduler.lostThreads {
                return CounterReading(
                    counter,
                    unavailable: .absent("threads ended inside a window and took their counts along")
                )
            }
        }
        let value = counter == .cpuMigrations ? scheduler.migrations : scheduler.contextSwitches
        return CounterReading(counter, value: value, rawValue: value, isScaled: false, liveFraction: 1)
    }

    private func migrationsRefusal(_ code: Int32) -> Availability? {
        switch code {
        case 0: nil
        case ENOENT: .absent("this kernel keeps no /proc/self/task/*/sched with nr_migrations")
        case let code: HostFileError(path: "/proc/self/task/*/sched", code: code).availability(absent: "no such file")
        }
    }
}
