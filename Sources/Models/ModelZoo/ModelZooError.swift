public import NetworkGraph

/// Why a zoo model cannot be had.
public enum ModelZooError: Error, Hashable, Sendable {
    /// There is no model of this name; the suggestions are the nearest, best first.
    case unknownModel(String, suggestions: [String])
    /// The model cannot be built for images of this size; the reason is nil when the size is outside
    /// `ModelZoo.imageSizes`.
    case unusableImageSize(Int, model: String, reason: GraphError?)
}

extension ModelZooError: CustomStringConvertible {
    /// One line: what is wrong and how to mend it.
    public var description: String {
        switch self {
        case .unknownModel(let name, let suggestions):
            let asked = String(reflecting: String(name.prefix(80)))
            return "no zoo model is called \(asked); did you mean \(suggestions.joined(separator: ", "))?"
        case .unusableImageSize(let size, let model, nil):
            let sizes = ModelZoo.imageSizes
            return "\(model) cannot take images of \(size)x\(size); "
                + "choose a size from \(sizes.lowerBound) to \(sizes.upperBound)"
        case .unusableImageSize(let size, let model, let reason?):
            return "\(model) cannot take images of \(size)x\(size): \(reason)"
        }
    }
}

extension ModelZoo {
    /// The three names that take the fewest edits to reach.
    static func nearestNames(to name: String) -> [String] {
        // Longer names than these are far from all of ours, and need not cost a large table.
        let asked = Array(name.lowercased().utf8.prefix(64))
        let all = asked.contains(UInt8(ascii: "+")) ? headModels.map(\.name) : names
        let ranked = all.map { (name: $0, distance: editDistance(asked, Array($0.utf8))) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        return ranked.prefix(3).map(\.name)
    }

    /// Levenshtein's distance: insertions, deletions and substitutions between two strings.
    private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (leftIndex, leftByte) in left.enumerated() {
            var diagonal = row[0]
            row[0] = leftIndex + 1
            for (index, rightByte) in right.enumerated() {
                let substitution = diagonal + (leftByte == rightByte ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(substitution, row[index] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
