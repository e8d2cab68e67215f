import NetworkGraph
import Quantization

/// A network of operators that only move elements, each over the same input; the first is a plain copy.
func rearrangements() throws -> QuantizedNetwork {
    var builder = GraphBuilder(name: "rearrangements")
    let (channels, height, width) = (120, 56, 56)
    let x = try builder.addInput("image", shape: TensorShape(channels: channels, height: height, width: width))
    var outputs: [ValueID] = []
    func add(_ name: String, _ operation: Operation, _ input: ValueID) throws -> ValueID {
        let value = try builder.add(operation, name: name, inputs: [input])
        outputs.append(value)
        return value
    }
    func resize(_ factor: Int) -> Operation {
        .resize(
            Resize(
                height: height * factor,
                width: width * factor,
                scaleHeight: Float(factor),
                scaleWidth: Float(factor),
                mode: .nearest(.floor),
                coordinates: .asymmetric
            )
        )
    }
    _ = try add("copy", .reshape(TensorShape([1, channels, height * width])), x)
    for groups in [2, 4] {
        let shape = TensorShape([1, groups, channels / groups, height, width])
        let grouped = try add("group by \(groups)", .reshape(shape), x)
        let swapped = try add("swap \(groups)", .transpose(permutation: [0, 2, 1, 3, 4]), grouped)
        _ = try add("join \(groups)", .reshape(TensorShape([1, channels, height, width])), swapped)
        _ = try add("shuffle \(groups)", .channelShuffle(groups: groups), x)
    }
    _ = try add("flatten", .flatten, x)
    _ = try add("channels last", .transpose(permutation: [0, 2, 3, 1]), x)
    _ = try add("turn", .transpose(permutation: [0, 1, 3, 2]), x)
    _ = try add("no common factors", .reshape(TensorShape([1, height, channels, width])), x)
    let pads = [0, 0, 1, 1]
    _ = try add("pad", .pad(Padding(before: pads, after: pads, mode: .constant(0))), x)
    _ = try add("reflect", .pad(Padding(before: pads, after: pads, mode: .reflect)), x)
    _ = try add("double", resize(2), x)
    let whole = [1, channels, height, width]
    func slice(_ starts: [Int], _ steps: [Int], _ counts: [Int]) -> Operation {
        .slice(Slice(starts: starts, steps: steps, counts: counts))
    }
    _ = try add("half", slice([0, 0, 0, 0], [1, 1, 1, 1], [1, channels / 2, height, width]), x)
    _ = try add("every other row", slice([0, 0, 0, 0], [1, 1, 2, 1], [1, channels, height / 2, width]), x)
    _ = try add("every other pixel", slice([0, 0, 0, 0], [1, 1, 2, 2], [1, channels, height / 2, width / 2]), x)
    _ = try add("reverse", slice([0, channels - 1, 0, 0], [1, -1, 1, 1], whole), x)
    let small = TensorShape(channels: 3, height: 320, width: 392)
    let image = try add("small channels", .reshape(small), x)
    _ = try add("flatten 3", .flatten, image)
    _ = try add("pad 3", .pad(Padding(before: pads, after: pads, mode: .constant(0))), image)
    let graph = try builder.build(outputs: outputs)
    return try quantize(graph: graph, activationRanges: graph.values.map { _ in 0...1 })
}
