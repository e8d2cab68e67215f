public import NetworkGraph

/// The networks edgeprof builds itself: torchvision's architectures with weights generated from a seed.
public enum ModelZoo {
    /// Every model, family by family, small to large.
    public static let models: [ZooModel] = architectures.map(\.model)

    /// Names of all models, in the order of `models`.
    public static let names: [String] = models.map(\.name)

    /// Image sizes a model can be built for.
    ///
    /// The families halve the image five times, hence the least; the most keeps every tensor well within
    /// `TensorShape.maximumElementCount`.
    public static let imageSizes = 32...2_048

    private static let architectures: [any Architecture] =
        VGG.variants + ResNet.variants + DenseNet.variants + ShuffleNetV2.variants + MobileNetV2.variants
        + SqueezeNet.variants

    /// What is known about a model.
    ///
    /// - Parameter name: A name of `names`.
    /// - Returns: Its entry.
    /// - Throws: `ModelZooError` that suggests the nearest names when there is no such model.
    public static func entry(_ name: String) throws(ModelZooError) -> ZooModel {
        try architecture(name).model
    }

    /// Builds a model.
    ///
    /// Its weights are produced on demand, a row at a time, so building takes milliseconds whatever the size.
    ///
    /// - Parameters:
    ///   - name: A name of `names`.
    ///   - seed: Determines all weights, the same on every machine.
    ///   - imageSize: Height and width of the input, one of `imageSizes`; 224 is what the published figures are for.
    /// - Returns: The graph, with batch normalization as nodes of its own, and the range of each of its values.
    /// - Throws: `ModelZooError` for an unknown name or an image size the architecture cannot take.
    public static func build(name: String, seed: UInt64 = 0, imageSize: Int = 224) throws(ModelZooError) -> ZooNetwork {
        try construct(name: name, seed: seed, imageSize: imageSize).network
    }

    /// Builds a model together with what is predicted of each of its values.
    static func construct(
        name: String,
        seed: UInt64,
        imageSize: Int
    ) throws(ModelZooError) -> (network: ZooNetwork, moments: [ActivationMoments]) {
        let architecture = try architecture(name)
        guard imageSizes.contains(imageSize) else {
            throw .unusableImageSize(imageSize, model: name, reason: nil)
        }
        do {
            var builder = NetworkBuilder(name: name, seed: seed)
            let image = try builder.input("input", size: imageSize)
            let logits = try architecture.build(&builder, image: image)
            return (try builder.finish(output: logits), builder.moments)
        } catch {
            throw .unusableImageSize(imageSize, model: name, reason: error)
        }
    }

    private static func architecture(_ name: String) throws(ModelZooError) -> any Architecture {
        guard let found = architectures.first(where: { $0.model.name == name }) else {
            throw .unknownModel(name, suggestions: nearestNames(to: name))
        }
        return found
    }
}

/// A zoo model's graph and the ranges of its values.
public struct ZooNetwork: Sendable {
    /// The float network.
    public var graph: NetworkGraph
    /// Per value of the graph (by index), the range its elements are expected in.
    ///
    /// Propagated analytically from the input's range and the weights' moments, see `ActivationMoments`; quantization
    /// can use it in place of calibration.
    public var activationRanges: [ClosedRange<Float>]
}

/// One network of the zoo.
protocol Architecture: Sendable {
    /// What is known about it.
    var model: ZooModel { get }

    /// Adds the whole network behind its input and returns the logits.
    func build(_ network: inout NetworkBuilder, image: ValueID) throws(GraphError) -> ValueID
}
