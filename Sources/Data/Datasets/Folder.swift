import Glibc
import Images

/// What lies in a folder.
enum Folder {
    /// Names of folders and paths of image files in a folder, in the order of their names' bytes; hidden ones left out.
    static func content(of directory: String) throws(DatasetError) -> (folders: [String], images: [String]) {
        guard let folder = opendir(directory) else {
            let code = errno
            let remedy = code == ENOTDIR ? "; give a folder of images" : ""
            throw DatasetError(.system, "\(directory): \(String(cString: strerror(code)))\(remedy)")
        }
        defer { closedir(folder) }
        var folders: [String] = []
        var images: [String] = []
        let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0
        while let entry = readdir(folder) {
            let name = String(cString: (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: CChar.self))
            guard !name.hasPrefix(".") else { continue }
            var status = stat()
            // A link to nowhere that is called like an image is kept, for the reader to name: none is left out quietly.
            let isFound = stat("\(directory)/\(name)", &status) == 0
            if isFound, status.st_mode & S_IFMT == S_IFDIR {
                folders.append(name)
            } else if ImageFile.hasImageExtension(name) {
                images.append(name)
            }
        }
        let sort = { (names: [String]) in names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        return (sort(folders), sort(images).map { "\(directory)/\($0)" })
    }

    /// Paths of the image files of a folder and of the folders in it.
    static func imagePaths(in directory: String) throws(DatasetError) -> [String] {
        let content = try content(of: directory)
        var paths = content.images
        for folder in content.folders { paths += try Self.content(of: "\(directory)/\(folder)").images }
        return paths
    }

    /// Whether a path names a regular file.
    static func isFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}
