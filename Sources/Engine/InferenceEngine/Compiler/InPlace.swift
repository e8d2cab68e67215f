extension LoweredNetwork {
    /// Lets element-wise nodes write over an input that nothing reads afterwards.
    mutating func placeInPlace() {
        var lastUse = [Int](repeating: -1, count: values.count)
        for (index, node) in nodes.enumerated() {
            for value in node.reads + node.outputs { lastUse[place(of: value).root] = index }
        }
        for value in inputs + outputs { lastUse[place(of: value).root] = nodes.count }
        for (index, node) in nodes.enumerated() {
            switch node.operation {
            case .add, .combine, .channelAffine, .function, .softmax, .lookup: break
            default: continue
            }
            let output = node.outputs[0]
            guard values[output].parent == nil else { continue }
            for input in node.inputs {
                let root = place(of: input).root
                // Of equal shapes, so the input is the whole of its root and strides agree. No other input may lie in
                // the same memory: a repeated one is read after its place has been written.
                guard lastUse[root] == index, values[root].shape == values[output].shape,
                    values[input].shape == values[output].shape,
                    node.inputs.allSatisfy({ $0 == input || place(of: $0).root != root })
                else { continue }
                values[output].parent = root
                lastUse[root] = lastUse[output]
                break
            }
        }
    }
}
