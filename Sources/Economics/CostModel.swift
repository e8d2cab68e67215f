import EdgeprofAPI
import Glibc

/// What one candidate costs as a function of its throughput and latency: every constant worked out beforehand.
///
/// The draws of Uncertainty.swift call it millions of times, so it is a flat value that allocates nothing.
struct CostModel {
    /// Most units a site is sized to: beyond it the tier is no answer, and a search would not end.
    static let mostUnits = 100_000.0

    /// Demand of a site, inferences/s.
    var demand: Double
    /// Share of the throughput that may be used.
    var usableShare: Double
    /// The SLO's limit, ms.
    var limitMilliseconds: Double
    /// Share of queries that may exceed the limit.
    var exceeding: Double
    /// (ca² + cs²)/2.
    var variability: Double
    /// Instances of a unit.
    var instances: Double
    /// Hardware of all sites, one unit each, USD.
    var capexPerUnit: Double
    /// Idle energy and maintenance of all sites, one unit each, USD.
    var opexPerUnit: Double
    /// Dynamic energy of all sites, one fully used unit each, USD.
    var opexPerBusyUnit: Double
    /// Dynamic energy of all sites where it was measured by inference, USD.
    var opexFixed: Double
    /// Tuning, USD.
    var tuning: Double

    /// How many units a site needs.
    struct Sizing {
        /// Units; none when more than `mostUnits` would be needed.
        var units: Double?
        /// Share of the throughput in use.
        var utilisation: Double
        /// Waiting time at the SLO's percentile, ms.
        var waitMilliseconds: Double
    }

    /// Sizes a site.
    ///
    /// Waiting falls with every unit added, so the smallest number is found by doubling and halving. Where the latency
    /// alone exceeds the limit no number helps, and the throughput decides.
    func size(throughput: Double, latency: Double) -> Sizing {
        guard demand > 0 else { return Sizing(units: 0, utilisation: 0, waitMilliseconds: 0) }
        let least = max(1, (demand / (throughput * usableShare) - 1e-9).rounded(.up))
        guard least <= Self.mostUnits else { return Sizing(units: nil, utilisation: 0, waitMilliseconds: 0) }
        var wait = waiting(units: least, throughput: throughput)
        if latency > limitMilliseconds || latency + wait <= limitMilliseconds {
            return sizing(least, throughput, wait)
        }
        var tooFew = least
        var step = 1.0
        var enough = least + step
        wait = waiting(units: enough, throughput: throughput)
        while latency + wait > limitMilliseconds {
            guard enough < Self.mostUnits else { return Sizing(units: nil, utilisation: 0, waitMilliseconds: 0) }
            tooFew = enough
            step *= 2
            enough = min(Self.mostUnits, enough + step)
            wait = waiting(units: enough, throughput: throughput)
        }
        while enough - tooFew > 1 {
            let middle = ((tooFew + enough) / 2).rounded(.down)
            let middleWait = waiting(units: middle, throughput: throughput)
            if latency + middleWait <= limitMilliseconds {
                enough = middle
                wait = middleWait
            } else {
                tooFew = middle
            }
        }
        return sizing(enough, throughput, wait)
    }

    /// Waiting time at the SLO's percentile with so many units, ms.
    func waiting(units: Double, throughput: Double) -> Double {
        Queueing.wait(
            servers: units * instances,
            serviceMilliseconds: 1000 * instances / throughput,
            utilisation: demand / (units * throughput),
            variability: variability,
            exceeding: exceeding
        )
    }

    private func sizing(_ units: Double, _ throughput: Double, _ wait: Double) -> Sizing {
        Sizing(units: units, utilisation: demand / (units * throughput), waitMilliseconds: wait)
    }

    /// Energy and maintenance of the horizon, USD.
    func opex(units: Double, utilisation: Double) -> Double {
        units * (opexPerUnit + utilisation * opexPerBusyUnit) + opexFixed
    }

    /// Total cost of ownership, USD.
    func totalCost(units: Double, utilisation: Double) -> Double {
        units * capexPerUnit + opex(units: units, utilisation: utilisation) + tuning
    }
}
