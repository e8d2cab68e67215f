import EdgeprofAPI

/// One number of the inputs that may turn out otherwise than given.
struct SensitivityParameter {
    /// Which number.
    enum Subject: Equatable {
        case price(tier: String)
        case throughput(model: String)
        case latency(model: String)
        case accuracy(model: String)
        case tuning(family: String)
        case demand, duty, headroom, discount, correct, wrong, influence, electricity, limit, floor, years
    }

    /// How the search variable x stands for the number.
    enum Scale: Equatable {
        /// x multiplies it: 1 is as given.
        case factor
        /// x is the number itself.
        case value
    }

    let subject: Subject
    let scale: Scale
    /// The number as given; nil where it is another on each tier.
    let current: Double?
    /// Lowest and highest x looked at (ROI.md, Sensitivity).
    let range: ClosedRange<Double>

    /// x as given.
    var start: Double { scale == .factor ? 1 : current ?? 0 }

    /// Its name in results: a key of the deployment, or what it belongs to.
    var name: String {
        switch subject {
        case .price(let tier): "price.\(tier)"
        case .throughput(let model): "models.\(model).throughput"
        case .latency(let model): "models.\(model).latency"
        case .accuracy(let model): "models.\(model).accuracy"
        case .tuning(let family): "tuning.\(family)"
        case .demand: "demand.inferences_per_second"
        case .duty: "demand.duty"
        case .headroom: "headroom"
        case .discount: "discount"
        case .correct: "value.correct_usd"
        case .wrong: "value.wrong_usd"
        case .influence: "backbone_influence"
        case .electricity: "usd_per_kwh"
        case .limit: "slo.milliseconds"
        case .floor: "accuracy_floor"
        case .years: "years"
        }
    }

    /// Whether costs and values are affine in 1/x rather than in x.
    var isReciprocal: Bool { if case .throughput = subject { true } else { false } }

    private static func factor(_ subject: Subject, _ current: Double? = nil) -> SensitivityParameter {
        SensitivityParameter(subject: subject, scale: .factor, current: current, range: 0.1...10)
    }

    private static func value(_ subject: Subject, _ current: Double, _ range: ClosedRange<Double>)
        -> SensitivityParameter
    {
        SensitivityParameter(subject: subject, scale: .value, current: current, range: range)
    }

    /// Every parameter of a case; what is 0 and can only be multiplied is left out, as are those of a value not given.
    ///
    /// Shares end where the deployment's own limits do: headroom at 0.95.
    static func all(of candidates: [Candidate], deployment: Deployment) -> [SensitivityParameter] {
        var list: [SensitivityParameter] = []
        var tiers: [String: Double] = [:]
        var accuracies: [String: Double] = [:]
        var tuning: [String: Double] = [:]
        for candidate in candidates {
            tiers[candidate.tier.id] = candidate.tier.priceUsd
            if let accuracy = candidate.accuracy, accuracies[candidate.model] == nil {
                accuracies[candidate.model] = accuracy.value
            }
            if let family = candidate.family, candidate.tuning.usd > 0 { tuning[family] = candidate.tuning.usd }
        }
        for (tier, price) in tiers.sorted(by: { $0.key < $1.key }) where price > 0 {
            list.append(factor(.price(tier: tier), price))
        }
        for model in Set(candidates.map(\.model)).sorted() {
            list += [factor(.throughput(model: model)), factor(.latency(model: model))]
            if let accuracy = accuracies[model] { list.append(value(.accuracy(model: model), accuracy, 0...1)) }
        }
        for (family, usd) in tuning.sorted(by: { $0.key < $1.key }) {
            list.append(factor(.tuning(family: family), usd))
        }
        list.append(factor(.demand, deployment.demand.inferencesPerSecond))
        list.append(value(.duty, deployment.demand.duty, 0...1))
        list.append(value(.headroom, deployment.headroom, 0...0.95))
        list.append(value(.discount, deployment.discount, 0...0.3))
        if let worth = deployment.value {
            list.append(factor(.correct, worth.correctUsd))
            list.append(factor(.wrong, worth.wrongUsd))
            list.append(value(.influence, deployment.backboneInfluence, 0...1))
        }
        list.append(factor(.electricity, deployment.usdPerKwh))
        list.append(factor(.limit, deployment.slo.milliseconds))
        list.append(value(.floor, deployment.accuracyFloor, 0...1))
        list.append(value(.years, Double(deployment.years), 1...10))
        return list.filter { $0.scale == .value || $0.current != 0 }
    }

    /// The deployment with the number at x; unchanged where the number is not the deployment's.
    func apply(_ x: Double, to deployment: Deployment) -> Deployment {
        var copy = deployment
        switch subject {
        case .price, .throughput, .latency, .accuracy, .tuning: break
        case .demand: copy.demand.inferencesPerSecond *= x
        case .duty: copy.demand.duty = x
        case .headroom: copy.headroom = x
        case .discount: copy.discount = x
        case .correct: copy.value?.correctUsd *= x
        case .wrong: copy.value?.wrongUsd *= x
        case .influence: copy.backboneInfluence = x
        case .electricity: copy.usdPerKwh *= x
        case .limit: copy.slo.milliseconds *= x
        case .floor: copy.accuracyFloor = x
        case .years: copy.years = Int(x.rounded())
        }
        return copy
    }

    /// Whether the number can change anything about a candidate.
    func concerns(_ candidate: Candidate) -> Bool {
        switch subject {
        case .price(let tier): candidate.tier.id == tier
        case .throughput(let model), .latency(let model), .accuracy(let model): candidate.model == model
        case .tuning(let family): candidate.family == family
        default: true
        }
    }
}
