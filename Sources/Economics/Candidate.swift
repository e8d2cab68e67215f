import EdgeprofAPI

/// One model on one tier in one serving configuration, with everything about it that no draw changes.
struct Candidate {
    let measurement: TierMeasurement
    let tier: Tier
    let family: String?
    /// Latency at the SLO's percentile, ms; nil when nothing was measured.
    let latency: Double?
    let accuracy: AccuracyModel?
    let tuning: TuningCost
    let cost: CostModel
    /// Memory left for the model, MiB.
    let memoryLimit: Double
    /// Present value of a site-year's answers: all inferences of the horizon, discounted, less those missed while tuning.
    let valuedInferences: Double
    /// All inferences of the horizon, discounted.
    let inferences: Double

    /// Works out what does not depend on a draw.
    init(_ measurement: TierMeasurement, tier: Tier, deployment: Deployment) {
        self.measurement = measurement
        self.tier = tier
        family = ModelFamily.family(of: measurement)
        latency =
            measurement.throughputPerSecond > 0
            ? measurement.latencyMilliseconds?.at(percentile: deployment.slo.percentile) : nil
        accuracy = AccuracyModel(measurement, deployment: deployment)
        tuning = TuningCost(deployment.tuning, family: family)
        memoryLimit = tier.memoryMib - tier.osReserveMib - deployment.appMemoryMib
        cost = CostModel(measurement, tier: tier, deployment: deployment, tuning: tuning.usd)

        let demand = deployment.demand
        let yearly = Double(demand.sites) * demand.inferencesPerSecond * demand.duty * Year.seconds
        let annuity = Annuity.factor(years: deployment.years, discount: deployment.discount)
        inferences = yearly * annuity
        let missed = min(1, (tuning.days ?? 0) / Year.days)
        valuedInferences = yearly * (annuity - missed / (1 + deployment.discount))
    }

    var model: String { measurement.model }
    var settingsName: String { measurement.settings?.description ?? "" }

    /// The order in which exact ties are settled once cost has not settled them.
    static func precedes(_ first: Candidate, _ second: Candidate) -> Bool {
        (first.model, first.tier.id, first.settingsName, first.measurement.instances)
            < (second.model, second.tier.id, second.settingsName, second.measurement.instances)
    }
}

/// A year of 8,766 hours.
enum Year {
    static let hours = 8766.0
    static let seconds = 31_557_600.0
    static let days = 365.25
}

extension CostModel {
    /// The constants of one candidate.
    init(_ measurement: TierMeasurement, tier: Tier, deployment: Deployment, tuning: Double) {
        let sites = Double(deployment.demand.sites)
        let duty = deployment.demand.duty
        let annuity = Annuity.factor(years: deployment.years, discount: deployment.discount)
        let purchases = Annuity.purchases(
            years: deployment.years,
            lifetimeYears: tier.lifetimeYears ?? Double(deployment.years),
            discount: deployment.discount
        )
        let energy = EnergyModel(measurement, tier: tier, deployment: deployment)

        demand = deployment.demand.inferencesPerSecond
        usableShare = 1 - deployment.headroom
        limitMilliseconds = deployment.slo.milliseconds
        exceeding = 1 - deployment.slo.percentile / 100
        let arrivalCv2 = deployment.demand.arrivals == .poisson ? 1.0 : 0
        variability = (arrivalCv2 + measurement.serviceTimeCv2) / 2
        instances = Double(measurement.instances)
        capexPerUnit = sites * (tier.priceUsd + tier.installUsd) * purchases
        opexPerUnit =
            sites * annuity
            * (energy.idleKwhPerUnit * deployment.usdPerKwh + tier.maintenancePerYear * tier.priceUsd)
        opexPerBusyUnit = sites * annuity * duty * energy.dynamicKwhPerBusyUnit * deployment.usdPerKwh
        opexFixed = sites * annuity * energy.inferenceKwh * deployment.usdPerKwh
        self.tuning = tuning
    }
}

/// Energy of one site over a year.
struct EnergyModel {
    /// An idle unit, kWh.
    let idleKwhPerUnit: Double
    /// What a fully used unit takes beyond idle, if busy all year, kWh; 0 where energy was measured by inference.
    let dynamicKwhPerBusyUnit: Double
    /// All inferences of the site, kWh; 0 where energy was not measured by inference.
    let inferenceKwh: Double

    /// Takes wall energy as measured, a board's or package's only with a factor to the wall, and else the tier's watts.
    init(_ measurement: TierMeasurement, tier: Tier, deployment: Deployment) {
        idleKwhPerUnit = tier.idleWatts * Year.hours / 1000
        guard let joules = Self.wallJoules(measurement.energy, tier: tier, deployment: deployment) else {
            dynamicKwhPerBusyUnit = (tier.activeWatts - tier.idleWatts) * Year.hours / 1000
            inferenceKwh = 0
            return
        }
        dynamicKwhPerBusyUnit = 0
        let demand = deployment.demand
        inferenceKwh = demand.inferencesPerSecond * demand.duty * Year.hours * 3600 * joules / 3.6e6
    }

    private static func wallJoules(
        _ energy: TierMeasurement.Energy?,
        tier: Tier,
        deployment: Deployment
    ) -> Double? {
        energy.flatMap { energy in
            factor(energy.domain, tier: tier, deployment: deployment).map { $0 * energy.joulesPerInference }
        }
    }

    /// Joules at the wall for a joule of the domain; nil where nobody has said.
    static func factor(_ domain: TierMeasurement.Energy.Domain, tier: Tier, deployment: Deployment) -> Double? {
        switch domain {
        case .wall: 1
        case .board: tier.boardToWall
        case .package: tier.packageToWall ?? deployment.packageToWall
        }
    }

    /// Energy of so many units, kWh a year.
    func kwh(units: Double, utilisation: Double, duty: Double) -> Double {
        units * (idleKwhPerUnit + duty * utilisation * dynamicKwhPerBusyUnit) + inferenceKwh
    }
}
