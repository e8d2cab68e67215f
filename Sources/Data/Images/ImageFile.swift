import Glibc

/// Reads PNG, JPEG, PPM and PGM files as Pillow's `Image.open(…).convert("RGB")` does.
///
/// The format is told by the content, not the name. Transparency is dropped, colour profiles, gamma and EXIF rotation
/// are ignored, as the training pipelines of this field do. Sizes are checked before anything is decoded.
public enum ImageFile {
    /// Largest file, bytes.
    public static let maximumByteCount = 1 << 28
    /// Most pixels of an image; an 8,192 x 8,192 image decodes to 192 MiB.
    public static let maximumPixelCount = 1 << 26

    /// Reads an image file.
    ///
    /// - Throws: `ImageError` that names the file.
    public static func read(path: String) throws(ImageError) -> RGBImage {
        let bytes = try contents(path)
        do throws(ImageError) {
            return try decode(bytes)
        } catch {
            throw ImageError(error.code, "\(path): \(error.message)")
        }
    }

    /// Decodes a file's content.
    ///
    /// - Throws: `ImageError`.
    public static func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        if bytes.starts(with: PNGDecoder.signature) { return try PNGDecoder.decode(bytes) }
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return try JPEGDecoder.decode(bytes) }
        if bytes.starts(with: "P6".utf8) || bytes.starts(with: "P5".utf8) { return try PNMDecoder.decode(bytes) }
        throw ImageError(.malformed, "not a PNG, JPEG, PPM or PGM image; convert it to one")
    }

    /// Whether a name ends as image files' names do.
    public static func hasImageExtension(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return ["png", "jpg", "jpeg", "jpe", "ppm", "pgm", "pnm"].contains(name[dot...].dropFirst().lowercased())
    }

    /// Checks an image's extents; `what` says in an error whose they are.
    static func checkSize(width: Int, height: Int, of what: String = "an image of") throws(ImageError) {
        guard width > 0, height > 0 else {
            throw ImageError(.malformed, "\(what) \(width)x\(height) pixels; copy the file again")
        }
        let (count, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, count <= maximumPixelCount else {
            throw ImageError(
                .tooLarge,
                "\(what) \(width)x\(height) pixels; at most \(maximumPixelCount) pixels are read, make it smaller"
            )
        }
    }

    private static func contents(_ path: String) throws(ImageError) -> [UInt8] {
        let failure = { ImageError(.system, "\(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw ImageError(.malformed, "\(path): not a regular file") }
        guard status.st_size <= maximumByteCount else {
            throw ImageError(
                .tooLarge,
                "\(path): a file of \(status.st_size) bytes; at most \(maximumByteCount) are read"
            )
        }
        let count = Int(status.st_size)
        var isRead = true
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count, let base = buffer.baseAddress {
                let got = Glibc.read(descriptor, base + initialized, count - initialized)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else {
                    // A file that has become shorter is for the decoder to complain of.
                    isRead = got == 0
                    return
                }
                initialized += got
            }
        }
        guard isRead else { throw failure() }
        return bytes
    }
}
