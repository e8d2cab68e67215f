extension Deployment {
    /// What keeps the deployment from being used, each with its key path; empty when it is sound.
    public func problems() -> [ConfigurationProblem] {
        var collector = ProblemCollector()
        collector.require(demand.inferencesPerSecond, "demand.inferences_per_second", in: 0...1_000_000)
        collector.require(demand.duty, "demand.duty", in: 0...1, "a share of the time")
        collector.require(demand.sites, "demand.sites", in: 1...10_000_000)
        if ![50, 90, 99].contains(slo.percentile) {
            collector.add("slo.percentile", "\(slo.percentile) is not measured; use 50, 90 or 99")
        }
        collector.require(slo.milliseconds, "slo.milliseconds", in: 0.001...10_000_000)
        collector.require(accuracyFloor, "accuracy_floor", in: 0...1, "a fraction: 0.69, not 69")
        collector.require(years, "years", in: 1...50)
        collector.require(discount, "discount", in: 0...1, "a fraction: 0.08, not 8")
        collector.require(usdPerKwh, "usd_per_kwh", in: 0...1000)
        collector.require(headroom, "headroom", in: 0...0.95, "a fraction: 0.3, not 30")
        if let value {
            collector.require(value.correctUsd, "value.correct_usd", in: 0...1_000_000)
            collector.require(value.wrongUsd, "value.wrong_usd", in: 0...1_000_000)
        }
        collector.require(hurdle, "hurdle", in: 0...1_000_000)
        collector.require(appMemoryMib, "app_memory_mib", in: 0...100_000_000)
        collector.require(backboneInfluence, "backbone_influence", in: 0...1)
        collector.require(publishedAccuracySd, "published_accuracy_sd", in: 0...0.5)
        if let packageToWall { collector.require(packageToWall, "package_to_wall", in: 1...100) }
        if let deadlineDays {
            collector.require(deadlineDays, "deadline_days", in: 0...36_525)
            if let tuning, tuning.parallelGpus == nil {
                collector.add("deadline_days", "needs tuning.parallel_gpus, or the days that tuning takes are unknown")
            }
        }
        tuning?.collectProblems(into: &collector)
        return collector.problems
    }
}

extension Deployment.Tuning {
    fileprivate func collectProblems(into collector: inout ProblemCollector) {
        collector.require(valuesPerHyperparameter, "tuning.values_per_hyperparameter", in: 1...1000)
        collector.require(maxTrials, "tuning.max_trials", in: 1...1_000_000)
        collector.require(gpuHours, "tuning.gpu_hours", in: 0...1_000_000)
        collector.require(gpuUsdPerHour, "tuning.gpu_usd_per_hour", in: 0...100_000)
        collector.require(engineerHours, "tuning.engineer_hours", in: 0...1_000_000)
        collector.require(engineerUsdPerHour, "tuning.engineer_usd_per_hour", in: 0...100_000)
        if let parallelGpus { collector.require(parallelGpus, "tuning.parallel_gpus", in: 0.01...1_000_000) }
        for (family, count) in hyperparameters.sorted(by: { $0.key < $1.key }) {
            collector.require(count, "tuning.hyperparameters.\(family)", in: 0...32)
        }
    }
}
