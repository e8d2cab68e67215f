import HostInfo
import InferenceEngine

/// Prints, as Markdown, what more threads gain: milliseconds, speed-up over one thread and share of the ideal.
///
/// All thread counts of a model take turns, round by round, so that a drifting machine touches all alike. CPUs are the
/// ones this process may use, affinity and control groups' quotas applied.
func printScaling(_ plans: [(name: String, plan: Plan)], largest: Int?, rounds: Int) throws {
    let counts = Array(1...max(largest ?? CPUBudget.current().usableCPUs, 1))
    var rows: [(name: String, times: [[UInt64]])] = []
    for (name, plan) in plans {
        let executors = try counts.map { try Executor(plan: plan, threads: $0) }
        for executor in executors {
            fillInput(of: executor)
            executor.run()
        }
        var times = counts.map { _ in [UInt64]() }
        for _ in 0..<rounds {
            for (index, executor) in executors.enumerated() {
                // The first query of a turn finds the caches another count left.
                executor.run()
                for _ in 0..<5 {
                    let start = now()
                    executor.run()
                    times[index].append(now() - start)
                }
            }
        }
        rows.append((name, times.map { $0.sorted() }))
    }
    for (title, rank) in [("lowest", { (_: Int) in 0 }), ("median", { $0 / 2 })] {
        print("\n| \(title) ms | " + counts.map { "\($0) thread\($0 == 1 ? "" : "s")" }.joined(separator: " | ") + " |")
        print("|---" + String(repeating: "|---", count: counts.count) + "|")
        for row in rows {
            let chosen = row.times.map { $0[rank($0.count)] }
            let cells = zip(counts, chosen).map { count, time in
                guard count > 1 else { return milliseconds(time) }
                let hundredths = chosen[0] * 100 / max(time, 1)
                let speedup = "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
                return "\(milliseconds(time)) (\(speedup)x, \(hundredths / UInt64(count)) %)"
            }
            print("| \(row.name) | " + cells.joined(separator: " | ") + " |")
        }
    }
}
