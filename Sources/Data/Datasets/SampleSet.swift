public import Images
import NumPyFiles

/// Inputs for a network, one sample at a time: a folder's images, preprocessed, or an .npy file's rows, as they are.
///
/// Nothing is kept: a sample is read when it is asked for, from any number of threads at once.
///
/// To calibrate: `try SampleSet(path: directoryOrNPY, inputShape: shape).spread(over: 512)`, then `sample(at:)` for
/// 0..<`count`.
public struct SampleSet: Sendable {
    /// Where samples come from.
    enum Source: Sendable {
        case images([String], Preprocessing)
        /// The file and which of its rows.
        case array(NumPyFile, [Int])
    }

    /// Extents of a sample: the network's input without its batch axis.
    public let shape: [Int]
    let source: Source

    init(shape: [Int], source: Source) {
        self.shape = shape
        self.source = source
    }

    /// Opens a folder of images (its own and those of the folders in it, by name) or an .npy file.
    ///
    /// - Parameters:
    ///   - path: A folder, or a file that ends in `.npy` with the input's shape but for the first axis, of floats.
    ///   - inputShape: The network's input, NCHW or NC; the batch is not looked at.
    ///   - preprocessing: How images become inputs; the usual way for the shape when nil.
    /// - Throws: `DatasetError` when there is nothing to read or shapes do not fit.
    public init(path: String, inputShape: [Int], preprocessing: Preprocessing? = nil) throws(DatasetError) {
        guard path.hasSuffix(".npy") else {
            let files = try Folder.imagePaths(in: path)
            guard !files.isEmpty else {
                throw DatasetError(.mismatch, "\(path): holds no PNG, JPEG, PPM or PGM images")
            }
            try self.init(images: files, inputShape: inputShape, preprocessing: preprocessing)
            return
        }
        try self.init(array: path, inputShape: inputShape)
        guard case .array(let file, _) = source, file.elementType.isFloat else {
            throw DatasetError(
                .mismatch,
                "\(path): \(elementTypeName) values; give real numbers as the network takes them, "
                    + "preprocessed, for example astype('float32')"
            )
        }
    }

    /// Takes image files.
    init(images: [String], inputShape: [Int], preprocessing: Preprocessing?) throws(DatasetError) {
        guard inputShape.count == 4 else {
            throw DatasetError(
                .mismatch,
                "the network's input is \(Self.text(inputShape)), not an image (NCHW); give an .npy file"
            )
        }
        if let preprocessing {
            source = .images(images, preprocessing)
        } else {
            do throws(ImageError) {
                source = .images(
                    images,
                    try Preprocessing(width: inputShape[3], height: inputShape[2], channels: inputShape[1])
                )
            } catch {
                throw DatasetError(.mismatch, "\(error.message); or give an .npy file")
            }
        }
        shape = Array(inputShape.dropFirst())
    }

    /// Opens an .npy file of any type of numbers.
    init(array path: String, inputShape: [Int]) throws(DatasetError) {
        let file: NumPyFile
        do throws(NumPyError) {
            file = try NumPyFile(path: path)
        } catch {
            throw DatasetError(error.code == .system ? .system : .malformed, error.message)
        }
        shape = Array(inputShape.dropFirst())
        guard file.shape.count == inputShape.count, Array(file.shape.dropFirst()) == shape else {
            let isChannelsLast = shape.count == 3 && Array(file.shape.dropFirst()) == [shape[1], shape[2], shape[0]]
            throw DatasetError(
                .mismatch,
                "\(path): shape \(Self.text(file.shape)), the network takes N"
                    + shape.map { "x\($0)" }.joined()
                    + (isChannelsLast ? "; it is NHWC: save X.transpose(0, 3, 1, 2)" : "")
            )
        }
        guard file.rowCount > 0 else { throw DatasetError(.mismatch, "\(path): holds no samples") }
        source = .array(file, Array(0..<file.rowCount))
    }

    /// Samples, at least 1.
    public var count: Int {
        switch source {
        case .images(let files, _): files.count
        case .array(_, let rows): rows.count
        }
    }

    /// What to call a sample in messages: its file, and its row where that has rows.
    public func name(at index: Int) -> String {
        switch source {
        case .images(let files, _): files[index]
        case .array(let file, let rows): "\(file.path)[\(rows[index])]"
        }
    }

    /// Real numbers of a sample.
    ///
    /// - Parameter index: Within 0..<`count`.
    /// - Returns: As many as `shape` says: channels x height x width.
    /// - Throws: `DatasetError` when its file cannot be read, or a number is NaN or infinite: a network gives some answer
    ///   to that too, but it would count for nothing.
    public func sample(at index: Int) throws(DatasetError) -> [Float] {
        let elements = try elements(at: index)
        guard elements.allSatisfy(\.isFinite) else {
            throw DatasetError(
                .malformed,
                "\(name(at: index)): holds NaN or an infinity; take it out or mend the preprocessing"
            )
        }
        return elements
    }

    private func elements(at index: Int) throws(DatasetError) -> [Float] {
        switch source {
        case .images(let files, let preprocessing):
            let path = files[index]
            do throws(ImageError) {
                return try preprocessing.input(from: try ImageFile.read(path: path))
            } catch {
                let message = error.message.hasPrefix(path) ? error.message : "\(path): \(error.message)"
                throw DatasetError(error.code == .system ? .system : .malformed, message)
            }
        case .array(let file, let rows):
            do throws(NumPyError) {
                return try file.floats(rows: rows[index]..<(rows[index] + 1))
            } catch {
                throw DatasetError(.system, error.message)
            }
        }
    }

    /// At most so many samples, evenly spread over all, so that no class of a sorted folder is left out by its name.
    public func spread(over limit: Int) -> SampleSet {
        selecting(Self.spread(count, limit))
    }

    /// Some of the samples, by index.
    func selecting(_ indices: [Int]) -> SampleSet {
        switch source {
        case .images(let files, let preprocessing):
            SampleSet(shape: shape, source: .images(indices.map { files[$0] }, preprocessing))
        case .array(let file, let rows):
            SampleSet(shape: shape, source: .array(file, indices.map { rows[$0] }))
        }
    }

    /// The indices of at most `limit` of `count` things, evenly spread.
    static func spread(_ count: Int, _ limit: Int) -> [Int] {
        guard limit < count else { return Array(0..<count) }
        return (0..<max(limit, 1)).map { Int(Double($0) * Double(count) / Double(max(limit, 1))) }
    }

    private var elementTypeName: String {
        if case .array(let file, _) = source { file.elementType.name } else { "image" }
    }

    static func text(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
}
