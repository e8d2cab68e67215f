import CTurboJPEG

/// JPEG through the TurboJPEG interface, which keeps libjpeg's `longjmp` to itself.
enum JPEGDecoder {
    static func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        guard let decoder = tjInitDecompress() else {
            throw ImageError(.system, "the JPEG decoder cannot be started: \(message(nil))")
        }
        defer { tjDestroy(decoder) }
        var width: Int32 = 0
        var height: Int32 = 0
        var subsampling: Int32 = 0
        var colourSpace: Int32 = 0
        let count = UInt(bytes.count)
        guard
            bytes.withUnsafeBufferPointer({
                tjDecompressHeader3(decoder, $0.baseAddress, count, &width, &height, &subsampling, &colourSpace)
            }) == 0
        else { throw damaged(message(decoder)) }
        try ImageFile.checkSize(width: Int(width), height: Int(height))

        let hasFourInks = colourSpace == TJCS_CMYK.rawValue || colourSpace == TJCS_YCCK.rawValue
        let format = hasFourInks ? TJPF_CMYK.rawValue : TJPF_RGB.rawValue
        let channels = hasFourInks ? 4 : 3
        // Hundreds of scans over one picture are an attack on time. (The name's first letter for the type is C's.)
        let flags = TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS
        var samples = [UInt8](repeating: 0, count: Int(width) * Int(height) * channels)
        let status = bytes.withUnsafeBufferPointer { source in
            samples.withUnsafeMutableBufferPointer { target in
                tjDecompress2(
                    decoder,
                    source.baseAddress,
                    count,
                    target.baseAddress,
                    width,
                    0,
                    height,
                    Int32(format),
                    Int32(flags)
                )
            }
        }
        guard hasEnd(bytes) else { throw damaged("cut short") }
        if status != 0 {
            // A warning leaves a picture: real files have stray bytes. One that ends early is not the picture meant.
            let message = message(decoder)
            let isWarning = tjGetErrorCode(decoder) == TJERR_WARNING.rawValue
            guard isWarning, !message.contains("remature end") else { throw damaged(message) }
        }
        return RGBImage(
            width: Int(width),
            height: Int(height),
            samples: hasFourInks ? RGBSamples.fromInvertedCMYK(samples) : samples
        )
    }

    /// Whether the picture's end marker (FF D9) is there: where the rest of a progressive picture is missing, the decoder
    /// does not say so.
    ///
    /// Segments are skipped by their length, as a thumbnail in one has an end of its own; what stands behind the end, as
    /// telephones put films there, is not looked at.
    private static func hasEnd(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while position + 1 < bytes.count {
            guard bytes[position] == 0xff else {
                position += 1
                continue
            }
            switch bytes[position + 1] {
            case 0xd9: return true
            case 0xff: position += 1
            // In compressed data, a byte FF is followed by 00; restarts (D0...D7) and the start (D8) stand alone.
            case 0x00, 0x01, 0xd0...0xd8: position += 2
            default:
                guard position + 3 < bytes.count else { return false }
                position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
            }
        }
        return false
    }

    private static func damaged(_ reason: String) -> ImageError {
        ImageError(.malformed, "a damaged JPEG (\(reason)); copy the file again")
    }

    private static func message(_ decoder: tjhandle?) -> String {
        guard let text = tjGetErrorStr2(decoder) else { return "unknown error" }
        return String(decoding: String(cString: text).utf8.filter { (0x20..<0x7f).contains($0) }, as: UTF8.self)
    }
}

/// Conversions between kinds of samples, rounded as Pillow rounds.
enum RGBSamples {
    /// Four inks, stored inverted as Adobe's programs do (255 is no ink), to red, green, blue.
    static func fromInvertedCMYK(_ inks: [UInt8]) -> [UInt8] {
        var samples: [UInt8] = []
        samples.reserveCapacity(inks.count / 4 * 3)
        for pixel in stride(from: 0, to: inks.count - 3, by: 4) {
            let black = Int(inks[pixel + 3])
            for ink in 0..<3 {
                // Pillow's Convert.c: black − MULDIV255(255 − ink, black).
                let product = (255 - Int(inks[pixel + ink])) * black + 128
                samples.append(UInt8(clamping: black - ((product >> 8) + product) >> 8))
            }
        }
        return samples
    }

    /// Luminance of an RGB pixel by ITU-R 601-2, as Pillow's `convert("L")`.
    static func luminance(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
        let sum = Int(red) * 19_595 + Int(green) * 38_470 + Int(blue) * 7_471
        return UInt8((sum + 0x8000) >> 16)
    }
}
