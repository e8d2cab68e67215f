import EdgeprofAPI
import Foundation

/// Something the user gave that cannot be used: one line that says what, where and how to mend it.
struct InputError: Error, CustomStringConvertible, Equatable {
    /// The line.
    let description: String

    /// Makes an error from its line.
    init(_ description: String) {
        self.description = description
    }
}

/// Reads files named on the command line.
enum InputFile {
    /// Largest text file read, bytes.
    static let maximumBytes = 16 << 20

    /// The bytes of a file.
    static func data(path: String) throws -> Data {
        var status = stat()
        guard stat(path, &status) == 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw InputError("\(path): is a directory, a file was expected")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InputError("\(path): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            // Read in pieces: a pipe or a device gives fewer bytes at a time and has no size.
            var data = Data()
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                data += piece
                guard data.count <= maximumBytes else {
                    throw InputError("\(path): larger than \(maximumBytes >> 20) MiB")
                }
            }
            return data
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError("\(path): cannot be read")
        }
    }

    /// The text of a file.
    static func text(path: String) throws -> String {
        guard let text = String(data: try data(path: path), encoding: .utf8) else {
            throw InputError("\(path): not UTF-8 text")
        }
        return text
    }

    /// Decodes a JSON file; `remedy` is what to do about one that is not JSON.
    static func json<Content: Decodable>(
        path: String,
        as type: Content.Type = Content.self,
        remedy: String
    ) throws -> Content {
        do {
            return try JSONDecoder().decode(Content.self, from: try data(path: path))
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            throw InputError("\(path): not JSON; \(remedy)")
        } catch let error as DecodingError {
            throw InputError("\(path): \(ConfigurationError(error))")
        }
    }
}
