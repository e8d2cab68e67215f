import EdgeprofAPI

extension WhatIf {
    /// What changes are made to.
    struct Target: Sendable {
        var deployment: Deployment
        var tiers: TierList
    }

    /// One figure that can be changed.
    struct Key: Sendable {
        var isWhole = false
        /// The figure; nil where none is written down.
        var read: @Sendable (Target) -> Double?
        /// Puts a figure in its place; false where there is nothing it would belong to.
        var write: @Sendable (inout Target, Double) -> Bool
        /// Takes the figure away; nil where it is required.
        var clear: (@Sendable (inout Target) -> Void)?
        /// What a figure would have to belong to.
        var needs = ""

        /// Makes a change; says why where it cannot be made.
        func change(_ target: inout Target, _ amount: Amount) -> String? {
            let value: Double
            switch amount {
            case .none:
                guard let clear else { return "is required: give a number" }
                clear(&target)
                return nil
            case .number(let number): value = number
            case .multiple(let factor):
                guard let before = read(target) else { return "there is nothing to multiply: give a number" }
                value = before * factor
            }
            let figure = isWhole && value.magnitude < 1e15 ? value.rounded() : value
            if isWhole, case .number = amount, figure != value { return "\(value) is not a whole number" }
            guard figure.isFinite, !isWhole || Int(exactly: figure) != nil else { return "\(figure) is out of range" }
            return write(&target, figure) ? nil : needs
        }
    }

    enum Lookup {
        case known(Key, path: String)
        case unknown(String)
    }

    /// Every key, those of a tier with `TIER` for its id.
    public static var keys: [String] { deploymentKeys.map(\.name) + tierKeys.map { "\($0.name).TIER" } }

    /// The key of a name, and the path at which the documents' own checks report it.
    static func key(named name: String, tiers: TierList) -> Lookup {
        if let entry = deploymentKeys.first(where: { $0.name == name || $0.path == name }) {
            return .known(entry.key, path: entry.path)
        }
        let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
        guard let entry = tierKeys.first(where: { $0.name == parts.first || $0.path == parts.first }) else {
            let near = NearNames.of(parts.first ?? name, among: deploymentKeys.map(\.name) + tierKeys.map(\.name))
            let hint = near.isEmpty ? "" : "did you mean \(near.joined(separator: " or "))? "
            return .unknown("no such key; \(hint)known: \(keys.joined(separator: ", "))")
        }
        guard parts.count == 2 else { return .unknown("of which tier? write \(entry.name).TIER=NUMBER") }
        guard let index = tiers.tiers.firstIndex(where: { $0.id == parts[1] }) else {
            return .unknown(NearNames.message("tier", parts[1], among: tiers.tiers.map(\.id)))
        }
        return .known(entry.field.key(of: index), path: "tiers[\(index)].\(entry.path)")
    }

    /// Figures of the deployment: the name, the key in its file, and how to get at it.
    private static let deploymentKeys: [(name: String, path: String, key: Key)] = [
        ("demand", "demand.inferences_per_second", number(\.demand.inferencesPerSecond)),
        ("duty", "demand.duty", number(\.demand.duty)),
        ("sites", "demand.sites", whole(\.demand.sites)),
        ("percentile", "slo.percentile", number(\.slo.percentile)),
        ("slo", "slo.milliseconds", number(\.slo.milliseconds)),
        ("accuracy_floor", "accuracy_floor", number(\.accuracyFloor)),
        ("years", "years", whole(\.years)),
        ("discount", "discount", number(\.discount)),
        ("usd_per_kwh", "usd_per_kwh", number(\.usdPerKwh)),
        ("headroom", "headroom", number(\.headroom)),
        ("correct_usd", "value.correct_usd", correctUsd),
        ("wrong_usd", "value.wrong_usd", wrongUsd),
        ("hurdle", "hurdle", number(\.hurdle)),
        ("app_memory_mib", "app_memory_mib", number(\.appMemoryMib)),
        ("backbone_influence", "backbone_influence", number(\.backboneInfluence)),
        ("published_accuracy_sd", "published_accuracy_sd", number(\.publishedAccuracySd)),
        ("package_to_wall", "package_to_wall", optional(\.packageToWall)),
        ("deadline_days", "deadline_days", optional(\.deadlineDays)),
        ("values_per_hyperparameter", "tuning.values_per_hyperparameter", wholeTuning(\.valuesPerHyperparameter)),
        ("max_trials", "tuning.max_trials", wholeTuning(\.maxTrials)),
        ("gpu_hours", "tuning.gpu_hours", tuning(\.gpuHours)),
        ("gpu_usd_per_hour", "tuning.gpu_usd_per_hour", tuning(\.gpuUsdPerHour)),
        ("engineer_hours", "tuning.engineer_hours", tuning(\.engineerHours)),
        ("engineer_usd_per_hour", "tuning.engineer_usd_per_hour", tuning(\.engineerUsdPerHour)),
        ("parallel_gpus", "tuning.parallel_gpus", parallelGpus),
    ]

    /// Figures of a tier: the name before the tier's id, the key in its file, and the property.
    private static let tierKeys: [(name: String, path: String, field: TierField)] = [
        ("price", "price_usd", .number(\.priceUsd)),
        ("install", "install_usd", .number(\.installUsd)),
        ("memory", "memory_mib", .number(\.memoryMib)),
        ("os_reserve", "os_reserve_mib", .number(\.osReserveMib)),
        ("idle_watts", "idle_watts", .number(\.idleWatts)),
        ("active_watts", "active_watts", .number(\.activeWatts)),
        ("maintenance", "maintenance_per_year", .number(\.maintenancePerYear)),
        ("max_units", "max_units_per_site", .optionalWhole(\.maxUnitsPerSite)),
        ("lifetime", "lifetime_years", .optional(\.lifetimeYears)),
    ]

    private typealias Property<Root, Value> = WritableKeyPath<Root, Value> & Sendable

    private static func number(_ property: any Property<Deployment, Double>) -> Key {
        Key(
            read: { $0.deployment[keyPath: property] },
            write: {
                $0.deployment[keyPath: property] = $1
                return true
            }
        )
    }

    private static func whole(_ property: any Property<Deployment, Int>) -> Key {
        Key(
            isWhole: true,
            read: { Double($0.deployment[keyPath: property]) },
            write: { target, value in
                guard let whole = Int(exactly: value) else { return false }
                target.deployment[keyPath: property] = whole
                return true
            }
        )
    }

    private static func optional(_ property: any Property<Deployment, Double?>) -> Key {
        Key(
            read: { $0.deployment[keyPath: property] },
            write: {
                $0.deployment[keyPath: property] = $1
                return true
            },
            clear: { $0.deployment[keyPath: property] = nil }
        )
    }

    private static let noTuning = "the deployment charges no tuning, so there is nothing to change"

    private static func tuning(_ property: any Property<Deployment.Tuning, Double>) -> Key {
        Key(
            read: { $0.deployment.tuning?[keyPath: property] },
            write: {
                $0.deployment.tuning?[keyPath: property] = $1
                return $0.deployment.tuning != nil
            },
            needs: noTuning
        )
    }

    private static func wholeTuning(_ property: any Property<Deployment.Tuning, Int>) -> Key {
        Key(
            isWhole: true,
            read: { ($0.deployment.tuning?[keyPath: property]).map(Double.init) },
            write: { target, value in
                guard let whole = Int(exactly: value) else { return false }
                target.deployment.tuning?[keyPath: property] = whole
                return target.deployment.tuning != nil
            },
            needs: noTuning
        )
    }

    private static let parallelGpus = Key(
        read: { $0.deployment.tuning?.parallelGpus },
        write: {
            $0.deployment.tuning?.parallelGpus = $1
            return $0.deployment.tuning != nil
        },
        clear: { $0.deployment.tuning?.parallelGpus = nil },
        needs: noTuning
    )

    private static let correctUsd = Key(
        read: { $0.deployment.value?.correctUsd },
        write: {
            $0.deployment.value = Deployment.Value(correctUsd: $1, wrongUsd: $0.deployment.value?.wrongUsd ?? 0)
            return true
        },
        clear: { $0.deployment.value = nil }
    )

    private static let wrongUsd = Key(
        read: { $0.deployment.value?.wrongUsd },
        write: {
            $0.deployment.value?.wrongUsd = $1
            return $0.deployment.value != nil
        },
        needs: "the deployment gives no value of an answer; give correct_usd before it"
    )
}

/// A property of a tier that can be changed.
enum TierField: Sendable {
    case number(any WritableKeyPath<Tier, Double> & Sendable)
    case optional(any WritableKeyPath<Tier, Double?> & Sendable)
    case optionalWhole(any WritableKeyPath<Tier, Int?> & Sendable)

    /// The property of one tier of the list.
    func key(of index: Int) -> WhatIf.Key {
        switch self {
        case .number(let property):
            WhatIf.Key(
                read: { $0.tiers.tiers[index][keyPath: property] },
                write: {
                    $0.tiers.tiers[index][keyPath: property] = $1
                    return true
                }
            )
        case .optional(let property):
            WhatIf.Key(
                read: { $0.tiers.tiers[index][keyPath: property] },
                write: {
                    $0.tiers.tiers[index][keyPath: property] = $1
                    return true
                },
                clear: { $0.tiers.tiers[index][keyPath: property] = nil }
            )
        case .optionalWhole(let property):
            WhatIf.Key(
                isWhole: true,
                read: { $0.tiers.tiers[index][keyPath: property].map(Double.init) },
                write: { target, value in
                    guard let whole = Int(exactly: value) else { return false }
                    target.tiers.tiers[index][keyPath: property] = whole
                    return true
                },
                clear: { $0.tiers.tiers[index][keyPath: property] = nil }
            )
        }
    }
}
