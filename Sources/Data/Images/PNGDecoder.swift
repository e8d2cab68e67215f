import CPNG

/// PNG through libpng's simplified interface, which keeps its `longjmp` to itself.
///
/// Only the chunks that make the picture are handed over. Gamma and profiles would change samples that training
/// pipelines take as they are, palette and colour-key transparency is dropped there too, and what is not parsed cannot
/// be attacked.
enum PNGDecoder {
    static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    private static let pictureChunks: Set<[UInt8]> = [
        Array("IHDR".utf8), Array("PLTE".utf8), Array("IDAT".utf8), Array("IEND".utf8),
    ]

    static func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        let picture = try picture(of: bytes)
        var image = png_image()
        edgeprof_png_prepare(&image)
        defer { png_image_free(&image) }
        // libpng reads from memory it is given a pointer to until the picture is finished.
        let samples = picture.withUnsafeBytes { source -> [UInt8]? in
            guard edgeprof_png_begin(&image, source.baseAddress, source.count) != 0 else { return nil }
            edgeprof_png_request_rgba(&image)
            let pixels = Int(image.width) * Int(image.height)
            guard (1...ImageFile.maximumPixelCount).contains(pixels) else { return nil }
            var rgba = [UInt8](repeating: 0, count: pixels * 4)
            guard rgba.withUnsafeMutableBytes({ edgeprof_png_finish(&image, $0.baseAddress) }) != 0 else { return nil }
            return withoutAlpha(rgba)
        }
        guard let samples else {
            throw ImageError(.malformed, "a damaged PNG (\(message(of: image))); copy the file again")
        }
        return RGBImage(width: Int(image.width), height: Int(image.height), samples: samples)
    }

    /// The file with nothing but the picture in it; its extents are checked.
    private static func picture(of bytes: [UInt8]) throws(ImageError) -> [UInt8] {
        // A chunk: length of its data (4 bytes, most significant first), type (4), data, CRC (4).
        let word = { (at: Int) in bytes[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
        var kept = signature
        var position = signature.count
        var isFirst = true
        while bytes.count - position >= 12 {
            let length = word(position)
            guard length <= bytes.count - position - 12 else { break }
            let type = Array(bytes[(position + 4)..<(position + 8)])
            let end = position + 12 + length
            if isFirst {
                guard type == Array("IHDR".utf8), length == 13 else {
                    throw ImageError(.malformed, "a damaged PNG (no header chunk); copy the file again")
                }
                try ImageFile.checkSize(width: word(position + 8), height: word(position + 12))
                isFirst = false
            }
            if pictureChunks.contains(type) { kept += bytes[position..<end] }
            if type == Array("IEND".utf8) { return kept }
            position = end
        }
        throw ImageError(.malformed, "a PNG that is cut short; copy the file again")
    }

    private static func withoutAlpha(_ rgba: [UInt8]) -> [UInt8] {
        let pixels = rgba.count / 4
        return [UInt8](unsafeUninitializedCapacity: pixels * 3) { target, initialized in
            rgba.withUnsafeBufferPointer { source in
                for pixel in 0..<pixels {
                    for sample in 0..<3 { target[pixel * 3 + sample] = source[pixel * 4 + sample] }
                }
            }
            initialized = pixels * 3
        }
    }

    private static func message(of image: png_image) -> String {
        withUnsafeBytes(of: image.message) { raw in
            String(decoding: raw.prefix { $0 != 0 }.filter { (0x20..<0x7f).contains($0) }, as: UTF8.self)
        }
    }
}
