import NetworkGraph

// HardSwish as exporters write it, where nothing rounds between: x·HardSigmoid(x), or x·Clip(x + 3, 0, 6)/6 with the
// division before or after the product.

extension GraphImport {
    /// The value whose HardSwish a product is, nil for other products; `factor` is what the product is multiplied by.
    func hardSwishOperand(_ left: ValueID, _ right: ValueID, factor: Float = 1) -> ValueID? {
        if isHardSigmoid(right, of: left, factor: factor) { return left }
        return isHardSigmoid(left, of: right, factor: factor) ? right : nil
    }

    /// The value whose HardSwish a product times one factor is.
    func hardSwishOperand(ofProduct product: ValueID, factors: [Float], offsets: [Float]) -> ValueID? {
        guard let factor = factors.first, factors.allSatisfy({ $0 == factor }), offsets.allSatisfy({ $0 == 0 }),
            let (operation, _, node) = draft.layer(product), case .multiply = operation
        else { return nil }
        return hardSwishOperand(node.inputs[0], node.inputs[1], factor: factor)
    }

    private func isHardSigmoid(_ value: ValueID, of source: ValueID, factor: Float) -> Bool {
        guard let (operation, _, node) = draft.layer(value) else { return false }
        switch operation {
        case .function(.hardSigmoid(let alpha, let beta)):
            return node.inputs[0] == source && factor == 1 && isSixth(alpha) && beta == 0.5
        case .batchNormalization(let scaling):
            let factors = scaling.factors()
            guard let own = factors.first, factors.allSatisfy({ $0 == own }), scaling.offsets().allSatisfy({ $0 == 0 })
            else { return false }
            return isSixth(own * factor) && isRaisedClip(node.inputs[0], of: source)
        default: return isSixth(factor) && isRaisedClip(value, of: source)
        }
    }

    /// Whether a value is Clip(source + 3, 0, 6).
    private func isRaisedClip(_ value: ValueID, of source: ValueID) -> Bool {
        guard case (.activation(.clip(lower: 0, upper: 6)), _, let clip)? = draft.layer(value),
            case (.batchNormalization(let raise), _, let node)? = draft.layer(clip.inputs[0]),
            node.inputs[0] == source
        else { return false }
        return raise.factors().allSatisfy { $0 == 1 } && raise.offsets().allSatisfy { $0 == 3 }
    }

    private func isSixth(_ number: Float) -> Bool { (number * 6 - 1).magnitude < 1e-5 }
}
