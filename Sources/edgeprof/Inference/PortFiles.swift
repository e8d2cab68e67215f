import Glibc

/// Files for a network's inputs or outputs, as `FILE` in the network's order or as `NAME=FILE`.
enum PortFiles {
    /// Finds the file of each port.
    ///
    /// - Parameters:
    ///   - arguments: What the user wrote, in order.
    ///   - names: The ports' names, in the network's order.
    ///   - option: The option, for errors.
    ///   - all: Whether every port needs a file, even where they are named.
    /// - Returns: A file for each port; nil where it has none.
    /// - Throws: `InputError` when files and ports do not fit.
    static func assign(_ arguments: [String], to names: [String], option: String, all: Bool) throws -> [String?] {
        var files = [String?](repeating: nil, count: names.count)
        var unnamed: [String] = []
        for argument in arguments {
            // A name may hold any character, a "=" too: the longest that fits is meant.
            let named = names.indices.filter { argument.hasPrefix(names[$0] + "=") }
            guard let index = named.max(by: { names[$0].count < names[$1].count }) else {
                if all, argument.contains("="), access(argument, F_OK) != 0 {
                    throw InputError(
                        "\(option): the model has no `\(argument.prefix { $0 != "=" })`; names here: "
                            + names.joined(separator: ", ")
                    )
                }
                unnamed.append(argument)
                continue
            }
            guard files[index] == nil else { throw InputError("\(option): `\(names[index])` is given twice") }
            files[index] = String(argument.dropFirst(names[index].count + 1))
        }
        let list = names.joined(separator: ", ")
        guard unnamed.isEmpty || unnamed.count == arguments.count else {
            throw InputError(
                "\(option): \(unnamed[0]) has no name of the model's in front, others have; names here: \(list)"
            )
        }
        for (index, file) in unnamed.enumerated() {
            guard index < files.count else {
                throw InputError("\(option): \(unnamed.count) files for \(names.count) (\(list)); give as many")
            }
            files[index] = file
        }
        let isComplete = files.allSatisfy { $0 != nil }
        guard isComplete || (!all && unnamed.isEmpty && !arguments.isEmpty) else {
            let missing = names.indices.filter { files[$0] == nil }.map { names[$0] }
            throw InputError("no \(option) for \(missing.joined(separator: ", ")); give FILE in order, or NAME=FILE")
        }
        guard !files.contains("") else { throw InputError("\(option): a file's name is empty") }
        return files
    }
}
