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

    // One expression over six element types takes Swift 6.2 too long to type-check.
    private static let architectures: [any Architecture] = {
        let families: [[any Architecture]] = [
            VGG.variants, ResNet.variants, DenseNet.variants, ShuffleNetV2.variants, MobileNetV2.variants,
            SqueezeNet.variants,
        ]
        return families.flatMap { $0 }
    }()

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
    ///   - name: A name of `names` or of `headModels`.
    ///   - seed: Determines all weights, the same on every machine.
    ///   - imageSize: Height and width of the input, one of `imageSizes`; the model's own when nil.
    /// - Returns: The graph, with batch normalization as nodes of its own, and the range of each of its values.
    /// - Throws: `ModelZooError` for an unknown name or an image size the architecture cannot take.
    public static func build(
        name: String,
        seed: UInt64 = 0,
        imageSize: Int? = nil
    ) throws(ModelZooError) -> ZooNetwork {
        try build(name: name, seed: seed, input: ZooInput(height: imageSize, width: imageSize))
    }

    /// Builds a model for an input of any form.
    ///
    /// - Parameters:
    ///   - name: A name of `names` or of `headModels`.
    ///   - seed: Determines all weights, the same on every machine.
    ///   - input: The input's extents.
    /// - Returns: The graph and the range of each of its values.
    /// - Throws: `ModelZooError` for an unknown name or an image size the architecture cannot take.
    public static func build(name: String, seed: UInt64 = 0, input: ZooInput) throws(ModelZooError) -> ZooNetwork {
        try construct(name: name, seed: seed, input: input).network
    }

    /// Builds a model together with what is predicted of each of its values.
    static func construct(
        name: String,
        seed: UInt64,
        input: ZooInput
    ) throws(ModelZooError) -> (network: ZooNetwork, moments: [ActivationMoments]) {
        let headModel = headModels.first { $0.name == name }
        let architecture = headModel == nil ? try architecture(name) : nil
        let own = headModel == nil ? ZooModel.imageSize : HeadModel.imageSize
        let (height, width) = (input.height ?? own, input.width ?? own)
        for extent in [height, width] where !imageSizes.contains(extent) {
            throw .unusableImageSize(extent, model: name, reason: nil)
        }
        do {
            var builder = NetworkBuilder(name: name, seed: seed)
            let shape = TensorShape(batch: input.batch, channels: 3, height: height, width: width)
            let image = try builder.input("input", shape)
            var outputs: [ValueID] = []
            if let architecture { outputs = [try architecture.build(&builder, image: image)] }
            if let headModel { outputs = try headModel.build(&builder, image: image) }
            return (try builder.finish(outputs: outputs), builder.moments)
        } catch {
            throw .unusableImageSize(max(height, width), model: name, reason: error)
        }
    }

    static func architecture(_ name: String) throws(ModelZooError) -> any Architecture {
        guard let found = architectures.first(where: { $0.model.name == name }) else {
            throw .unknownModel(name, suggestions: nearestNames(to: name))
        }
        return found
    }
}

/// What a zoo model is built for.
public struct ZooInput: Hashable, Sendable {
    /// Rows and columns of the images, each one of `ModelZoo.imageSizes`; the model's own when nil.
    public var height, width: Int?
    /// Images at a time.
    public var batch: Int

    /// Makes an input.
    public init(height: Int? = nil, width: Int? = nil, batch: Int = 1) {
        self.height = height
        self.width = width
        self.batch = batch
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
