import Foundation

/// Writes files named on the command line: whole or not at all.
enum OutputFile {
    /// Refuses, before anything is measured, a place that cannot be written to.
    static func check(_ path: String) throws {
        guard !path.isEmpty else { throw InputError("an output file needs a name") }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw InputError("\(path): is a directory, a file was expected")
        }
        // A pipe or /dev/stdout is written to as it is; its folder does not matter.
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            guard access(path, W_OK) == 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
            return
        }
        let folder = folder(of: path)
        guard access(folder, W_OK | X_OK) == 0 else {
            throw InputError("\(folder): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes a text beside its place and lets it take its name when it is whole.
    static func write(_ text: String, to path: String) throws {
        try check(path)
        var status = stat()
        // A pipe or /dev/stdout is written to as it is: it cannot be replaced.
        let isSpecial = stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: isSpecial ? [] : .atomic)
        } catch {
            throw InputError("\(path): cannot be written (\((error as NSError).localizedDescription))")
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
