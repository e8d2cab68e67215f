import Images
import Testing

@Suite("Decoding images")
struct ImageFileTests {
    @Test(
        "Samples are Pillow's",
        arguments: [
            "rgb8.png", "grey8.png", "palette.png", "rgba8.png", "bit1.png", "gamma.png", "colour420.jpg",
            "progressive444.jpg", "grey.jpg", "cmyk.jpg",
        ]
    )
    func samples(name: String) throws {
        let image = try ImageFile.read(path: Fixture.path(name))
        #expect(image.samples.count == image.width * image.height * 3)
        let difference = largestDifference(image.samples, try Fixture.bytes(name + ".rgb"))
        // Pillow brings its own JPEG decoder, whose chroma upsampling rounds otherwise.
        #expect(difference <= (name.hasSuffix(".jpg") ? 2 : 0), "\(difference)")
    }

    @Test("16 bits are rounded to 8")
    func sixteenBits() throws {
        let image = try ImageFile.read(path: Fixture.path("rgb16.png"))
        #expect((image.width, image.height) == (11, 9))
        #expect(largestDifference(image.samples, try Fixture.bytes("rgb16.png.rgb")) <= 1)
    }

    @Test("PPM and PGM: comments, 16 bits, any largest sample")
    func portableMaps() throws {
        let colour = try ImageFile.decode(Array("P6 # by hand\n2 1\n255\n".utf8) + [1, 2, 3, 4, 5, 6])
        #expect(colour == RGBImage(width: 2, height: 1, samples: [1, 2, 3, 4, 5, 6]))
        let grey = try ImageFile.decode(Array("P5\n1 2 15\n".utf8) + [0, 15])
        #expect(grey == RGBImage(width: 1, height: 2, samples: [0, 0, 0, 255, 255, 255]))
        let wide = try ImageFile.decode(Array("P5 2 1 65535\n".utf8) + [0xff, 0xff, 0x80, 0x00])
        #expect(wide.samples == [255, 255, 255, 128, 128, 128])
    }

    @Test(
        "Cut short anywhere",
        arguments: ["rgb8.png", "palette.png", "colour420.jpg", "progressive444.jpg", "cmyk.jpg"]
    )
    func truncation(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for count in 0..<(bytes.count - 2) {
            #expect(throws: ImageError.self, "\(count) bytes") { try ImageFile.decode(Array(bytes[..<count])) }
        }
    }

    @Test("What stands behind a JPEG's end is ignored, and a thumbnail's end is not the picture's")
    func otherEnds() throws {
        for name in ["colour420.jpg", "progressive444.jpg"] {
            let bytes = try Fixture.bytes(name)
            let picture = try ImageFile.decode(bytes)
            // A film as telephones append it holds any bytes, the marker of a scan too.
            #expect(try ImageFile.decode(bytes + [0x00, 0xff, 0xda, 0x12, 0x34]) == picture)
            // APP1: FF E1, then the length with its own two bytes.
            let thumbnail = bytes.prefix(2_000)
            let length = thumbnail.count + 4
            let segment = [0xff, 0xe1, UInt8(length >> 8), UInt8(length & 0xff)] + thumbnail + [0xff, 0xd9]
            let whole = bytes[..<2] + segment + bytes[2...]
            #expect(try ImageFile.decode(Array(whole)) == picture)
            #expect(throws: ImageError.self) { try ImageFile.decode(Array(whole.dropLast(2))) }
        }
    }

    @Test(
        "Any byte changed: decoded or refused, never a crash",
        arguments: ["rgb8.png", "grey8.png", "colour420.jpg", "cmyk.jpg"]
    )
    func corruption(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for index in bytes.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var spoiled = bytes
                spoiled[index] ^= mask
                _ = try? ImageFile.decode(spoiled)
            }
        }
    }

    @Test("Extents are checked before anything is decoded")
    func bombs() throws {
        var png = try Fixture.bytes("rgb8.png")
        png.replaceSubrange(16..<24, with: [0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00])
        #expect(code(png) == .tooLarge)
        var jpeg = try Fixture.bytes("colour420.jpg")
        let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xff, 0xdc, 0xff, 0xdc])
        #expect(code(jpeg) == .tooLarge)
        #expect(code(Array("P6 100000 100000 255\n".utf8)) == .tooLarge)
        #expect(code(Array("P6 99999999999999999999 1 255\n".utf8)) == .malformed)
        #expect(code(Array("P6 0 1 255\n".utf8)) == .malformed)
        #expect(code(Array("P6 1 1 0\n".utf8) + [0, 0, 0]) == .malformed)
        #expect(code(Array("P6 1 1 65536\n".utf8) + [0, 0, 0]) == .malformed)
        #expect(code(Array("P6 2 2 255\n".utf8) + [0, 0, 0]) == .malformed)
    }

    @Test("What is no image is named with its file")
    func notAnImage() throws {
        #expect(code([]) == .malformed)
        #expect(code(Array("GIF89a".utf8)) == .malformed)
        let path = Fixture.path("generate.py")
        let error = #expect(throws: ImageError.self) { try ImageFile.read(path: path) }
        #expect(error?.message.hasPrefix(path) == true)
        #expect(throws: ImageError.self) { try ImageFile.read(path: "/nowhere.png") }
        #expect(throws: ImageError.self) { try ImageFile.read(path: "/dev/zero") }
    }

    private func code(_ bytes: [UInt8]) -> ImageError.Code? {
        #expect(throws: ImageError.self) { try ImageFile.decode(bytes) }?.code
    }
}
