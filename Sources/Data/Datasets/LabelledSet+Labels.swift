import NumPyFiles

extension LabelledSet {
    /// Images of class folders.
    static func byFolder(
        _ directory: String,
        _ folders: [String],
        _ labelsPath: String?
    ) throws(DatasetError) -> [(path: String, label: Int)] {
        var classes: [String: Int] = [:]
        if let labelsPath {
            classes = try classNumbers(LabelsFile(path: labelsPath))
        } else {
            for (index, folder) in folders.enumerated() { classes[folder] = index }
        }
        var pairs: [(path: String, label: Int)] = []
        for folder in folders {
            guard let label = classes[folder] else {
                throw DatasetError(
                    .mismatch,
                    "\(labelsPath ?? directory): names no class for the folder \(folder) of \(directory); add a line"
                )
            }
            for path in try Folder.content(of: "\(directory)/\(folder)").images { pairs.append((path, label)) }
        }
        return pairs
    }

    /// Numbers of class folders: as given where every line gives one, else by line.
    private static func classNumbers(_ file: LabelsFile) throws(DatasetError) -> [String: Int] {
        let given = file.lines.map(\.pair)
        let areNumbered = given.allSatisfy { $0 != nil }
        var classes: [String: Int] = [:]
        for (index, line) in file.lines.enumerated() {
            let (folder, label) = areNumbered ? (given[index] ?? (line.firstWord, index)) : (line.firstWord, index)
            guard classes.updateValue(label, forKey: folder) == nil else {
                throw file.error(line, "names the folder twice; leave one line")
            }
        }
        return classes
    }

    /// Images of a flat folder.
    static func byName(_ directory: String, _ labelsPath: String) throws(DatasetError) -> [(path: String, label: Int)] {
        let file = try LabelsFile(path: labelsPath)
        var seen: Set<String> = []
        var pairs: [(path: String, label: Int)] = []
        for (index, line) in file.lines.enumerated() {
            guard let (name, label) = line.pair else {
                // The titles of a CSV file.
                if index == 0, line.text.contains(",") { continue }
                throw file.error(line, "is not `NAME NUMBER` or `NAME,NUMBER`")
            }
            guard !name.hasPrefix("/"), !name.split(separator: "/").contains("..") else {
                throw file.error(line, "names a file outside of \(directory); names are below the folder")
            }
            guard seen.insert(name).inserted else { throw file.error(line, "names the image twice; leave one line") }
            let path = "\(directory)/\(name)"
            guard Folder.isFile(path) else { throw file.error(line, "names an image that is not in \(directory)") }
            pairs.append((path, label))
        }
        return pairs
    }

    /// The classes in an .npy file.
    static func labels(_ path: String, count: Int) throws(DatasetError) -> [Int] {
        let shape: [Int]
        let values: [Int64]
        do throws(NumPyError) {
            let file = try NumPyFile(path: path)
            shape = file.shape
            values = file.elementCount == count ? try file.integers() : []
        } catch {
            throw DatasetError(error.code == .system ? .system : .malformed, error.message)
        }
        guard values.count == count, shape.first ?? 1 == count else {
            throw DatasetError(
                .mismatch,
                "\(path): shape \(SampleSet.text(shape)) for \(count) samples; give one class number for each"
            )
        }
        let labels = values.compactMap { Int(exactly: $0) }
        guard let least = labels.min(), least >= 0 else {
            throw DatasetError(.mismatch, "\(path): a class below 0; classes are counted from 0")
        }
        return labels
    }
}
