/// The parts of a network with a head on a backbone, told from the names of its layers.
///
/// As in torchvision, a backbone's layers are called `backbone.…`; everything else is the head. Names stay as they are
/// in exported files and in plans, so files and measured layers have sections too. A network without such names has none.
enum ModelSection: String, Encodable, CaseIterable {
    /// What classification networks are made of too.
    case backbone
    /// What makes boxes or masks of the features.
    case head

    /// The section of each of a network's layers; all nil where the network has none.
    static func sections(ofLayers names: [String]) -> [ModelSection?] {
        let isBackbone = names.map { $0.hasPrefix("backbone.") }
        guard isBackbone.contains(true), isBackbone.contains(false) else { return names.map { _ in nil } }
        return isBackbone.map { $0 ? .backbone : .head }
    }

    /// A sum over the layers of a section.
    static func sum(_ values: [Int], of section: ModelSection, in sections: [ModelSection?]) -> Int {
        zip(values, sections).reduce(0) { sum, layer in
            guard layer.1 == section else { return sum }
            let (next, overflow) = sum.addingReportingOverflow(layer.0)
            return overflow ? .max : next
        }
    }
}

/// A share as people read it, for example `12.3 %`; nothing of nothing is 0 %.
func percentage(_ part: Double, of whole: Double) -> String {
    HumanUnits.number(whole > 0 ? 100 * part / whole : 0) + " %"
}
