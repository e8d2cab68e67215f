/// PPM (`P6`) and PGM (`P5`): a header of words, one blank, then samples of one or two bytes.
enum PNMDecoder {
    static func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        var header = HeaderReader(bytes: bytes, position: 2)
        let channels = bytes[1] == UInt8(ascii: "6") ? 3 : 1
        let width = try header.number()
        let height = try header.number()
        let maximum = try header.number()
        try header.blank()
        try ImageFile.checkSize(width: width, height: height)
        guard (1...65_535).contains(maximum) else {
            throw ImageError(.malformed, "a PPM with a largest sample of \(maximum); 1 to 65535 make sense")
        }
        let sampleBytes = maximum > 255 ? 2 : 1
        let count = width * height * channels
        guard bytes.count - header.position >= count * sampleBytes else {
            throw ImageError(.malformed, "a PPM that is cut short; copy the file again")
        }
        let scaled = { (index: Int) -> UInt8 in
            let at = header.position + index * sampleBytes
            let value = sampleBytes == 2 ? Int(bytes[at]) << 8 | Int(bytes[at + 1]) : Int(bytes[at])
            return UInt8((min(value, maximum) * 255 + maximum / 2) / maximum)
        }
        let samples = [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, initialized in
            initialized = width * height * 3
            for index in 0..<initialized { target[index] = scaled(channels == 3 ? index : index / 3) }
        }
        return RGBImage(width: width, height: height, samples: samples)
    }

    private struct HeaderReader {
        let bytes: [UInt8]
        var position: Int

        /// A whole number, behind blanks and comments.
        mutating func number() throws(ImageError) -> Int {
            skipBlanks()
            var value = 0
            let start = position
            while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
                value = value * 10 + Int(bytes[position] - UInt8(ascii: "0"))
                guard value <= 1 << 31 else { throw damaged() }
                position += 1
            }
            guard position > start else { throw damaged() }
            return value
        }

        mutating func blank() throws(ImageError) {
            guard position < bytes.count, isBlank(bytes[position]) else { throw damaged() }
            position += 1
        }

        private mutating func skipBlanks() {
            while position < bytes.count {
                if bytes[position] == UInt8(ascii: "#") {
                    while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
                } else if !isBlank(bytes[position]) {
                    return
                } else {
                    position += 1
                }
            }
        }

        private func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

        private func damaged() -> ImageError {
            ImageError(.malformed, "a PPM whose header is damaged at byte \(position); copy the file again")
        }
    }
}
