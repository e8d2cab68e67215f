import Images
import Testing

@Suite("Preprocessing")
struct PreprocessingTests {
    @Test("Resizing is Pillow's, bit for bit", arguments: [(40, 29), (120, 90), (83, 20), (13, 61), (1, 1)])
    func resize(width: Int, height: Int) throws {
        let image = try ImageFile.read(path: Fixture.path("large.png")).resized(width: width, height: height)
        #expect(image.samples == (try Fixture.bytes("large-\(width)x\(height).rgb")))
    }

    @Test("Resize, crop and normalize give torchvision's numbers")
    func wholePath() throws {
        let preprocessing = try Preprocessing(width: 28, height: 28)
        #expect(preprocessing.resize == .shorterSide(32))
        let input = try preprocessing.input(from: try ImageFile.read(path: Fixture.path("large.png")))
        let expected = try Fixture.bytes("large-preprocessed-3x28x28.f32").withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map { Float(bitPattern: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
        }
        #expect(input == expected)
    }

    @Test("Blue first: planes and their constants are turned round")
    func channelOrder() throws {
        let image = try ImageFile.read(path: Fixture.path("large.png"))
        let red = try Preprocessing(width: 28, height: 28).input(from: image)
        let blue = try Preprocessing(width: 28, height: 28, channelOrder: .bgr).input(from: image)
        #expect(blue[..<784] == red[1568...])
        #expect(blue[784..<1568] == red[784..<1568])
    }

    @Test("Luminance is Pillow's")
    func luminance() throws {
        let input = try Preprocessing(width: 83, height: 61, channels: 1, resize: Preprocessing.Resize.none)
            .input(from: try ImageFile.read(path: Fixture.path("large.png")))
        #expect(input.map { UInt8(($0 * 255).rounded()) } == (try Fixture.bytes("large-luminance.l")))
    }

    @Test("A crop larger than the image is black around it")
    func padding() {
        let image = RGBImage(width: 1, height: 2, samples: [9, 9, 9, 8, 8, 8])
        let wider = image.cropped(width: 4, height: 1)
        // torchvision pads (4 − 1) / 2 = 1 on the left and cuts round(½) = 0 off the top.
        #expect(wider.samples == [0, 0, 0, 9, 9, 9, 0, 0, 0, 0, 0, 0])
    }

    @Test("Numbers that make no sense are refused")
    func refusals() {
        #expect(throws: ImageError.self) { try Preprocessing(width: 8, height: 8, channels: 4) }
        #expect(throws: ImageError.self) { try Preprocessing(width: 0, height: 8) }
        #expect(throws: ImageError.self) { try Preprocessing(width: 8, height: 8, mean: [1, 2]) }
        #expect(throws: ImageError.self) { try Preprocessing(width: 8, height: 8, mean: [.nan]) }
        #expect(throws: ImageError.self) { try Preprocessing(width: 8, height: 8, standardDeviation: [0]) }
        #expect(throws: ImageError.self) { try Preprocessing(width: 8, height: 8, resize: .shorterSide(0)) }
    }

    @Test("A ribbon does not grow without bounds")
    func ribbon() throws {
        let ribbon = RGBImage(width: 60_000, height: 1, samples: [UInt8](repeating: 0, count: 180_000))
        #expect(throws: ImageError.self) { try Preprocessing(width: 1792, height: 1792).input(from: ribbon) }
    }
}
