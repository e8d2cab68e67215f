import Glibc

extension ActivationHistogram {
    /// The range a method makes of what was seen.
    func range(_ method: CalibrationMethod) -> ClosedRange<Float> {
        switch method {
        case .minMax: extremes
        case .percentile(let percentage): percentileRange(percentage)
        case .entropy: entropyRange()
        }
    }

    /// The range left when (100 − percentage)/2 percent of the elements are cut off at each end.
    private func percentileRange(_ percentage: Double) -> ClosedRange<Float> {
        guard width > 0 else { return extremes }
        let cut = Double(count) * (1 - percentage / 100) / 2
        var (below, above) = (0.0, 0.0)
        var (lower, upper) = (extremes.lowerBound, extremes.upperBound)
        for index in bins.indices {
            below += Double(bins[index] + (index == Self.side ? zeros : 0))
            guard below > cut else { continue }
            lower = max(lower, edge(index))
            break
        }
        for index in bins.indices.reversed() {
            above += Double(bins[index] + (index == Self.side ? zeros : 0))
            guard above > cut else { continue }
            upper = min(upper, edge(index + 1))
            break
        }
        return min(lower, upper)...max(lower, upper)
    }

    private func edge(_ index: Int) -> Float { Float(index - Self.side) * width }

    /// The range whose quantized distribution has the least Kullback–Leibler divergence from the float one's.
    ///
    /// S. Migacz, "8-bit Inference with TensorRT", GTC 2017: for each threshold, P is the histogram of magnitudes with
    /// everything beyond added to its last bin; Q is the histogram up to it merged into as many levels as the integer
    /// has and spread again over the bins that are not empty. Values of one sign have 256 levels, others 128 a side.
    private func entropyRange() -> ClosedRange<Float> {
        guard width > 0 else { return extremes }
        let magnitudes = (0..<Self.side).map { Double(bins[Self.side + $0] + bins[Self.side - 1 - $0]) }
        let levels = extremes.lowerBound < 0 && extremes.upperBound > 0 ? 128 : 256
        let last = (magnitudes.lastIndex { $0 > 0 } ?? 0) + 1
        guard last > levels else { return extremes }
        var best = (divergence: Double.infinity, threshold: last)
        for threshold in stride(from: last, through: levels, by: -8) {
            let divergence = divergence(magnitudes, last, threshold, levels)
            if divergence < best.divergence { best = (divergence, threshold) }
        }
        let limit = Float(best.threshold) * width
        let (lower, upper) = (max(extremes.lowerBound, -limit), min(extremes.upperBound, limit))
        return min(lower, upper)...max(lower, upper)
    }

    private func divergence(_ bins: [Double], _ last: Int, _ threshold: Int, _ levels: Int) -> Double {
        var inside = 0.0
        for bin in 0..<threshold { inside += bins[bin] }
        var beyond = 0.0
        for bin in threshold..<max(last, threshold) { beyond += bins[bin] }
        guard inside > 0 else { return .infinity }
        var divergence = 0.0
        for level in 0..<levels {
            let range = (level * threshold / levels)..<((level + 1) * threshold / levels)
            var (sum, filled) = (0.0, 0)
            for bin in range where bins[bin] > 0 {
                sum += bins[bin]
                filled += 1
            }
            let spread = filled > 0 ? sum / Double(filled) / inside : 0
            for bin in range {
                let p = (bins[bin] + (bin == threshold - 1 ? beyond : 0)) / (inside + beyond)
                guard p > 0 else { continue }
                // An empty bin of Q would make the divergence infinite for a single outlier.
                divergence += p * log(p / max(bins[bin] > 0 ? spread : 0, 1e-9))
            }
        }
        return divergence
    }
}
