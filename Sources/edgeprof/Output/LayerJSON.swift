import EdgeprofAPI

/// A measured layer with its section, null where the network has none.
struct LayerJSON: Encodable {
    private let layer: Run.Layer
    private let section: ModelSection?

    private enum Key: String, CodingKey {
        case section
    }

    /// A run's layers.
    static func layers(_ layers: [Run.Layer]) -> [LayerJSON] {
        zip(layers, ModelSection.sections(ofLayers: layers.map(\.name))).map { LayerJSON(layer: $0, section: $1) }
    }

    func encode(to encoder: any Encoder) throws {
        try layer.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(NullOr(section), forKey: .section)
    }
}

/// What a section's layers took, measured.
struct LayerSectionJSON: Encodable {
    var name: ModelSection
    var nanoseconds: Int
    var macs: Int
    var memoryAccessBytes: Int

    /// The sections of a run's layers, none for a network without a head.
    static func sections(of layers: [Run.Layer]) -> [LayerSectionJSON] {
        let sectionOf = ModelSection.sections(ofLayers: layers.map(\.name))
        return ModelSection.allCases.filter(sectionOf.contains).map { section in
            let sum = { (value: (Run.Layer) -> UInt64) in
                ModelSection.sum(layers.map { Int(clamping: value($0)) }, of: section, in: sectionOf)
            }
            return LayerSectionJSON(
                name: section,
                nanoseconds: sum(\.nanoseconds),
                macs: sum(\.macs),
                memoryAccessBytes: sum(\.memoryAccessBytes)
            )
        }
    }
}
