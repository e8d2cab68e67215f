import Datasets
import Foundation
import Images
import NumPyFiles
import Testing

/// A folder of its own that goes away with this value.
final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "edgeprof-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = URL(fileURLWithPath: path + "/" + name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// A picture of one colour, 8 x 8.
    func picture(_ name: String, _ grey: UInt8) throws {
        try write(name, Array("P5 8 8 255\n".utf8) + [UInt8](repeating: grey, count: 64))
    }
}

@Suite("Data sets")
struct DatasetsTests {
    let folder: TemporaryFolder
    let shape = [1, 3, 8, 8]

    init() throws { folder = try TemporaryFolder() }

    private func grey(_ set: LabelledSet, _ index: Int) throws -> Int {
        // The first number of a sample, normalization undone.
        Int(((try set.samples.sample(at: index)[0] * 0.229 + 0.485) * 255).rounded())
    }

    @Test("A folder for each class, numbered by name; other files are left out")
    func classFolders() throws {
        try folder.picture("b/2.pgm", 20)
        try folder.picture("a/1.pgm", 10)
        try folder.picture("b/1.pgm", 21)
        try folder.picture(".hidden/1.pgm", 99)
        _ = try folder.write("b/notes.txt", "no image")
        let set = try LabelledSet(images: folder.path, labels: nil, inputShape: shape)
        #expect(set.labels == [0, 1, 1])
        #expect(try (0..<3).map { try grey(set, $0) } == [10, 21, 20])
        #expect(set.samples.name(at: 1).hasSuffix("/b/1.pgm"))
        #expect(set.samples.shape == [3, 8, 8])
    }

    @Test(
        "Classes by a list of folders: by line, or by number",
        arguments: ["b bee, insect\na ant\n", "b 0\r\na 1\r\n", "b,0\na,1"]
    )
    func classList(text: String) throws {
        try folder.picture("images/a/1.pgm", 10)
        try folder.picture("images/b/1.pgm", 20)
        let labels = try folder.write("labels.txt", text)
        #expect(try LabelledSet(images: folder.path + "/images", labels: labels, inputShape: shape).labels == [1, 0])
    }

    @Test(
        "A flat folder with names and numbers",
        arguments: ["2.pgm 7\n1.pgm 900\n", "file,label\n2.pgm,7\n\"1.pgm\",900\n"]
    )
    func flatFolder(text: String) throws {
        try folder.picture("images/1.pgm", 10)
        try folder.picture("images/2.pgm", 20)
        try folder.picture("images/unnamed.pgm", 30)
        let labels = try folder.write("labels.txt", text)
        let set = try LabelledSet(images: folder.path + "/images", labels: labels, inputShape: shape)
        #expect(set.labels == [7, 900])
        #expect(try (0..<2).map { try grey(set, $0) } == [20, 10])
        #expect(set.name == "images")
    }

    @Test(
        "Labels that do not fit are refused with their line",
        arguments: [
            ("1.pgm 0\nmissing.pgm 1\n", ":2:"), ("1.pgm 0\n1.pgm 1\n", ":2:"), ("1.pgm -1\n", ":1:"),
            ("1.pgm\n", ":1:"), ("../1.pgm 0\n", ":1:"), ("/etc/passwd 0\n", ":1:"), ("", "empty"), ("\n \n", "empty"),
            ("1.pgm 99999999999999999999\n", ":1:"),
        ]
    )
    func badLabels(text: String, place: String) throws {
        try folder.picture("images/1.pgm", 10)
        let labels = try folder.write("labels.txt", text)
        let error = #expect(throws: DatasetError.self) {
            try LabelledSet(images: folder.path + "/images", labels: labels, inputShape: shape)
        }
        #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
        #expect(error?.message.contains("\n") == false)
    }

    @Test("Folders that do not serve are refused")
    func badFolders() throws {
        #expect(throws: DatasetError.self) { try LabelledSet(images: "/nowhere", labels: nil, inputShape: shape) }
        #expect(throws: DatasetError.self) { try LabelledSet(images: folder.path, labels: nil, inputShape: shape) }
        #expect(throws: DatasetError.self) { try SampleSet(path: folder.path, inputShape: shape) }
        try folder.picture("images/a/1.pgm", 10)
        let labels = try folder.write("labels.txt", "other 0\n")
        #expect(throws: DatasetError.self) {
            try LabelledSet(images: folder.path + "/images", labels: labels, inputShape: shape)
        }
        // A vector, and too many channels, for images.
        #expect(throws: DatasetError.self) { try SampleSet(path: folder.path, inputShape: [1, 10]) }
        #expect(throws: DatasetError.self) { try SampleSet(path: folder.path + "/images", inputShape: [1, 4, 8, 8]) }
    }

    @Test("An image that cannot be decoded is named when it is its turn")
    func damagedImage() throws {
        let path = try folder.write("a/1.png", "no picture")
        let set = try LabelledSet(images: folder.path, labels: nil, inputShape: shape)
        let error = #expect(throws: DatasetError.self) { try set.samples.sample(at: 0) }
        #expect(error?.message.hasPrefix(path) == true)
    }

    @Test("A link to nowhere that is called like an image is named too, not left out")
    func danglingLink() throws {
        try folder.picture("a/2.pgm", 10)
        let path = folder.path + "/a/1.pgm"
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
        let set = try LabelledSet(images: folder.path, labels: nil, inputShape: shape)
        #expect(set.labels == [0, 0])
        let error = #expect(throws: DatasetError.self) { try set.samples.sample(at: 0) }
        #expect(error?.message.hasPrefix(path) == true)
    }

    @Test("A sample that is not all numbers is named by its row", arguments: [Float.nan, .infinity])
    func notFinite(element: Float) throws {
        let array = folder.path + "/x.npy"
        try NumPyWriter.write([1, 2, 3, 4, 5, element, 7, 8], shape: [4, 2], to: array)
        let set = try SampleSet(path: array, inputShape: [1, 2]).spread(over: 2)
        #expect(try set.sample(at: 0) == [1, 2])
        let error = #expect(throws: DatasetError.self) { try set.sample(at: 1) }
        #expect(error?.message.hasPrefix(array + "[2]: holds NaN or an infinity") == true)
    }

    @Test("Arrays: rows with a class each")
    func arrays() throws {
        let (array, labels) = (folder.path + "/x.npy", folder.path + "/y.npy")
        try NumPyWriter.write((0..<24).map { Float($0) }, shape: [4, 3, 1, 2], to: array)
        try NumPyWriter.write([3, 1, 2, 0] as [Int64], shape: [4], to: labels)
        let set = try LabelledSet(array: array, labels: labels, inputShape: [1, 3, 1, 2])
        #expect(set.labels == [3, 1, 2, 0])
        #expect(try set.samples.sample(at: 2) == (12..<18).map { Float($0) })
        let some = set.spread(over: 2)
        #expect(some.labels == [3, 2])
        #expect(try some.samples.sample(at: 1) == (12..<18).map { Float($0) })
        #expect(some.name == "x.npy")
        #expect(set.spread(over: 100).labels.count == 4)
    }

    @Test("Arrays that do not fit are refused")
    func badArrays() throws {
        let (array, labels) = (folder.path + "/x.npy", folder.path + "/y.npy")
        try NumPyWriter.write([Float](repeating: 0, count: 48), shape: [2, 2, 4, 3], to: array)
        let channelsLast = #expect(throws: DatasetError.self) { try SampleSet(path: array, inputShape: [1, 3, 2, 4]) }
        #expect(channelsLast?.message.contains("transpose") == true)
        for wrong in [[3], [1, 2], [2, 2]] {
            try NumPyWriter.write([Int64](repeating: 0, count: wrong.reduce(1, *)), shape: wrong, to: labels)
            #expect(throws: DatasetError.self) {
                try LabelledSet(array: array, labels: labels, inputShape: [1, 2, 4, 3])
            }
        }
        try NumPyWriter.write([0, -1] as [Int64], shape: [2], to: labels)
        #expect(throws: DatasetError.self) { try LabelledSet(array: array, labels: labels, inputShape: [1, 2, 4, 3]) }
        try NumPyWriter.write([0.5, 1] as [Float], shape: [2], to: labels)
        #expect(throws: DatasetError.self) { try LabelledSet(array: array, labels: labels, inputShape: [1, 2, 4, 3]) }
        // Integers may be pixels or stored values: neither is guessed.
        try NumPyWriter.write([UInt8](repeating: 0, count: 24), shape: [1, 2, 4, 3], to: array)
        #expect(throws: DatasetError.self) { try SampleSet(path: array, inputShape: [1, 2, 4, 3]) }
        try NumPyWriter.write([] as [Float], shape: [0, 2, 4, 3], to: array)
        #expect(throws: DatasetError.self) { try SampleSet(path: array, inputShape: [1, 2, 4, 3]) }
    }

    @Test("Samples to calibrate with come from every class")
    func spread() throws {
        for index in 0..<10 {
            try folder.picture("a/\(index).pgm", 1)
            try folder.picture("b/\(index).pgm", 2)
        }
        let set = try SampleSet(path: folder.path, inputShape: shape).spread(over: 4)
        #expect(set.count == 4)
        #expect((0..<4).map { set.name(at: $0).contains("/a/") } == [true, true, false, false])
    }
}
