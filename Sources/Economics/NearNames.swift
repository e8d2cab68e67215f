/// Names much like one that is not known.
enum NearNames {
    /// Those of a list a misspelt name may stand for, most alike first, at most three.
    static func of(_ name: String, among names: [String]) -> [String] {
        let wanted = name.lowercased()
        let most = max(2, wanted.count / 3)
        return names.compactMap { candidate -> (name: String, distance: Int)? in
            let other = candidate.lowercased()
            let distance =
                !wanted.isEmpty && (other.hasPrefix(wanted) || wanted.hasPrefix(other)) ? 1 : edits(wanted, other)
            return distance <= most ? (candidate, distance) : nil
        }
        .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
        .prefix(3).map(\.name)
    }

    /// What to say of an unknown name: those much like it, or all there are.
    static func message(_ kind: String, _ name: String, among names: [String]) -> String {
        let near = of(name, among: names)
        guard near.isEmpty else { return "no \(kind) `\(name)`; did you mean \(near.joined(separator: " or "))?" }
        let sorted = Set(names).sorted()
        return sorted.isEmpty
            ? "no \(kind) `\(name)`; there is none at all"
            : "no \(kind) `\(name)`; there are \(Text.list(sorted, atMost: 12))"
    }

    /// Levenshtein's distance: letters to add, drop or replace.
    private static func edits(_ first: String, _ second: String) -> Int {
        let one = Array(first.unicodeScalars)
        let two = Array(second.unicodeScalars)
        var row = Array(0...two.count)
        for (index, scalar) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in two.indices {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (scalar == two[column] ? 0 : 1))
                diagonal = above
            }
        }
        return row[two.count]
    }
}
