/// How a box's CPUs serve one model: so many instances side by side, each on so many threads.
public struct ServingShape: Codable, Sendable, Hashable {
    /// Instances side by side.
    public var instances: Int
    /// Threads of each.
    public var threads: Int

    /// Makes a shape.
    public init(instances: Int, threads: Int) {
        self.instances = instances
        self.threads = threads
    }

    /// Shapes worth trying, those with fewer threads first.
    ///
    /// Threads are the powers of two and the divisors of the number of CPUs: others leave CPUs idle. For each, as many instances
    /// as fit, then half as many again and again down to one: where instances wait for memory, fewer serve as much sooner.
    ///
    /// - Parameters:
    ///   - usableCPUs: CPUs that instances x threads must not exceed, at least 1.
    ///   - instances: the only number of instances, nil for any.
    ///   - threads: the only number of threads, nil for any.
    /// - Returns: Empty where what is asked for does not fit.
    public static func candidates(usableCPUs: Int, instances: Int? = nil, threads: Int? = nil) -> [ServingShape] {
        let cpus = max(1, usableCPUs)
        var found: [ServingShape] = []
        for count in 1...min(cpus, 1024) {
            let isSensible = cpus.isMultiple(of: count) || count & (count - 1) == 0
            guard threads.map({ $0 == count }) ?? isSensible else { continue }
            let most = min(cpus / count, 1024)
            if let instances {
                if (1...most).contains(instances) { found.append(ServingShape(instances: instances, threads: count)) }
                continue
            }
            found += sequence(first: most) { $0 > 1 ? $0 / 2 : nil }.map { ServingShape(instances: $0, threads: count) }
        }
        return found
    }
}
