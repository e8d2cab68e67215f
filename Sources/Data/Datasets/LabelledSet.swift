public import Images

/// Samples and the class of each, to measure accuracy with.
public struct LabelledSet: Sendable {
    /// The inputs.
    public let samples: SampleSet
    /// Class of each sample, 0 or more.
    public let labels: [Int]
    /// What to call the set: the folder's or file's own name.
    public let name: String

    private init(samples: SampleSet, labels: [Int], path: String) {
        self.samples = samples
        self.labels = labels
        name = path.split(separator: "/").last.map(String.init) ?? path
    }

    /// A folder of images.
    ///
    /// A folder with folders in it has one for each class, as ImageNet's: classes are numbered in the order of the
    /// folders' names, or as a labels file says (`FOLDER` on the line of its class, anything behind it ignored, or
    /// `FOLDER NUMBER`). A folder of image files needs a labels file with a line `NAME NUMBER` or `NAME,NUMBER` for each
    /// image; images it does not name are left out.
    ///
    /// - Parameters:
    ///   - directory: The folder.
    ///   - labelsPath: The labels file.
    ///   - inputShape: The network's input, NCHW; the batch is not looked at.
    ///   - preprocessing: How images become inputs; the usual way for the shape when nil.
    /// - Throws: `DatasetError` when there is nothing to read or parts do not fit.
    public init(
        images directory: String,
        labels labelsPath: String?,
        inputShape: [Int],
        preprocessing: Preprocessing? = nil
    ) throws(DatasetError) {
        let content = try Folder.content(of: directory)
        let pairs: [(path: String, label: Int)]
        if !content.folders.isEmpty {
            pairs = try Self.byFolder(directory, content.folders, labelsPath)
        } else if let labelsPath {
            pairs = try Self.byName(directory, labelsPath)
        } else {
            throw DatasetError(
                .mismatch,
                "\(directory): holds no folders, one for each class; give --labels FILE with a line `NAME NUMBER` an image"
            )
        }
        guard !pairs.isEmpty else {
            throw DatasetError(.mismatch, "\(directory): holds no PNG, JPEG, PPM or PGM images with a class")
        }
        let samples = try SampleSet(
            images: pairs.map(\.path),
            inputShape: inputShape,
            preprocessing: preprocessing
        )
        self.init(samples: samples, labels: pairs.map(\.label), path: directory)
    }

    /// An .npy file of floats and one of whole numbers, a class for each row.
    ///
    /// - Parameters:
    ///   - array: The inputs as the network takes them.
    ///   - labelsPath: One axis, or more of extent 1.
    ///   - inputShape: The network's input, NCHW or NC; the batch is not looked at.
    /// - Throws: `DatasetError` when a file cannot be read or parts do not fit.
    public init(array: String, labels labelsPath: String, inputShape: [Int]) throws(DatasetError) {
        guard array.hasSuffix(".npy") else {
            throw DatasetError(.mismatch, "\(array): not an .npy file; give images with --images")
        }
        let samples = try SampleSet(path: array, inputShape: inputShape)
        self.init(samples: samples, labels: try Self.labels(labelsPath, count: samples.count), path: array)
    }

    /// The same samples with other classes.
    public func relabelled(_ label: (Int) -> Int) -> LabelledSet {
        LabelledSet(samples: samples, labels: labels.map(label), path: name)
    }

    /// At most so many samples, evenly spread over all.
    public func spread(over limit: Int) -> LabelledSet {
        let indices = SampleSet.spread(samples.count, limit)
        return LabelledSet(samples: samples.selecting(indices), labels: indices.map { labels[$0] }, path: name)
    }
}
