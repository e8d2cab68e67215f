import NetworkGraph

/// A zoo backbone with a detection or segmentation head in place of its classifier.
///
/// Nodes are named as in torchvision: the backbone's begin with `backbone.`, the others are the head's.
public struct HeadModel: Hashable, Sendable {
    /// What is made of the features.
    public enum Head: String, Hashable, Sendable, CaseIterable {
        /// Boxes: SSDLite (arXiv 1801.04381, section 6.2), as torchvision's `ssdlite320`.
        case ssdlite
        /// Masks: a fully convolutional network (arXiv 1411.4038), as torchvision's `fcn`.
        case fcn
        /// Masks: DeepLab v3's atrous spatial pyramid pooling (arXiv 1706.05587), as torchvision's `deeplabv3`.
        case deeplabv3
    }

    /// Backbone and head, for example `resnet50+fcn`.
    public var name: String
    /// Zoo name of the backbone.
    public var backbone: String
    /// Architecture family of the backbone.
    public var family: String
    /// The head.
    public var head: Head

    /// Height and width of the images these models are for.
    public static let imageSize = 512

    /// Adds the whole network behind its input and returns its outputs.
    func build(_ network: inout NetworkBuilder, image: ValueID) throws(GraphError) -> [ValueID] {
        guard let backbone = Self.backbones.first(where: { $0.model.name == backbone }) else { return [] }
        network.prefix = "backbone."
        let outputStride = head == .ssdlite ? 32 : 8
        let features = try backbone.features(&network, image: image, outputStride: outputStride)
        network.prefix = ""
        switch head {
        case .ssdlite: return try SSDLiteHead().build(&network, features)
        case .fcn: return [try FCNHead().build(&network, features.last, image: image)]
        case .deeplabv3: return [try DeepLabHead().build(&network, features.last, image: image)]
        }
    }

    /// One of each family that differs, and two depths of ResNet.
    // One expression over five element types takes Swift 6.2 too long to type-check.
    fileprivate static let backbones: [any Backbone] = {
        let families: [[any Backbone]] = [
            VGG.variants, ResNet.variants, DenseNet.variants, ShuffleNetV2.variants, MobileNetV2.variants,
        ]
        let names: Set<String> = [
            "vgg16", "resnet18", "resnet50", "densenet121", "shufflenet_v2_x1_0", "mobilenet_v2",
        ]
        return families.flatMap { family in family.filter { names.contains($0.model.name) } }
    }()
}

extension ModelZoo {
    /// Backbones with heads, backbone by backbone.
    public static let headModels: [HeadModel] = HeadModel.backbones.flatMap { backbone in
        HeadModel.Head.allCases.map { head in
            HeadModel(
                name: "\(backbone.model.name)+\(head.rawValue)",
                backbone: backbone.model.name,
                family: backbone.model.family,
                head: head
            )
        }
    }

    /// The architecture family of a model, with a head or without.
    ///
    /// - Parameter name: A name of `names` or of `headModels`.
    /// - Returns: For example `resnet`.
    /// - Throws: `ModelZooError` that suggests the nearest names when there is no such model.
    public static func family(of name: String) throws(ModelZooError) -> String {
        if let model = headModels.first(where: { $0.name == name }) { return model.family }
        return try entry(name).family
    }
}
