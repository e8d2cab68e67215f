import Glibc

/// Waiting in one queue before several servers.
public enum Queueing {
    /// The probability that a query has to wait (Erlang C), for Poisson arrivals and exponential service.
    ///
    /// Erlang's B is 1 / sum over j = 0...c of c·(c-1)···(c-j+1)/a^j. All terms are positive, so the sum loses no
    /// digits, and it may stop where the rest cannot be seen: stable and fast for any number of servers.
    ///
    /// - Parameters:
    ///   - servers: The number of servers c, at least 1.
    ///   - load: The offered load a: arrival rate times service time.
    /// - Returns: The probability, 1 where the load reaches the number of servers.
    /// - Complexity: O(min(c, √c + the run of growing terms)).
    public static func erlangC(servers: Double, load: Double) -> Double {
        guard load > 0 else { return 0 }
        guard load < servers else { return 1 }
        var term = 1.0
        var inverseB = 1.0
        var remaining = servers
        while remaining > 0 {
            term *= remaining / load
            inverseB += term
            remaining -= 1
            if term < inverseB * 1e-18 || inverseB > 1e290 { break }
        }
        let utilisation = load / servers
        return 1 / (utilisation + (1 - utilisation) * inverseB)
    }

    /// The waiting time that a share of the queries does not exceed (Allen and Cunneen's approximation).
    ///
    /// - Parameters:
    ///   - servers: The number of servers, at least 1.
    ///   - serviceMilliseconds: Mean service time, ms.
    ///   - utilisation: Share of the servers' time in use.
    ///   - variability: (ca² + cs²)/2, half the sum of the squared coefficients of variation of gaps and services.
    ///   - exceeding: The share of queries that may wait longer, above 0.
    /// - Returns: The waiting time, ms; infinite where the queue grows without end.
    static func wait(
        servers: Double,
        serviceMilliseconds: Double,
        utilisation: Double,
        variability: Double,
        exceeding: Double
    ) -> Double {
        guard variability > 0, utilisation > 0 else { return 0 }
        guard utilisation < 1 else { return .infinity }
        let waiting = erlangC(servers: servers, load: servers * utilisation)
        guard waiting > exceeding else { return 0 }
        let mean = serviceMilliseconds / (servers * (1 - utilisation)) * variability
        return max(0, mean * log(waiting / exceeding))
    }
}
