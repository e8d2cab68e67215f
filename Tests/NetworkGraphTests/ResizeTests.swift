import NetworkGraph
import Testing

/// Scaling's shape rule and the positions it reads.
@Suite struct ResizeTests {
    private func resize(_ height: Int, _ width: Int, scale: Float = 2, mode: Resize.Mode = .linear) -> Operation {
        .resize(
            Resize(
                height: height,
                width: width,
                scaleHeight: scale,
                scaleWidth: scale,
                mode: mode,
                coordinates: .halfPixel
            )
        )
    }

    @Test func heightAndWidthChange() throws {
        let result = try resize(10, 3).outputShapes(forInputs: [image(4, 5, 5)], node: "node")
        #expect(result == [image(4, 10, 3)])
    }

    @Test func absurdExtentsAndScalesAreRejected() {
        for (height, scale) in [
            (0, 2), (-1, 2), (65_537, 2), (Int.max, 2), (4, 0), (4, -1), (4, Float.nan), (4, .infinity),
        ] {
            #expect(throws: GraphError.self) {
                try resize(height, 4, scale: scale).outputShapes(forInputs: [image(4, 5, 5)], node: "node")
            }
        }
        #expect(throws: GraphError.self) {
            try resize(4, 4).outputShapes(forInputs: [TensorShape([1, 4])], node: "node")
        }
    }

    /// Neighbours and shares of doubling two elements: half-pixel coordinates −¼, ¼, ¾, 1¼.
    @Test func linearTapsLieBetweenNeighbours() {
        let taps = Resize.linearTaps(input: 2, output: 4, scale: 2, .halfPixel)
        #expect(taps.map(\.low) == [0, 0, 0, 1] && taps.map(\.high) == [1, 1, 1, 1])
        #expect(taps.map(\.fraction) == [0, 0.25, 0.75, 0])
        let corners = Resize.linearTaps(input: 3, output: 5, scale: 1.6, .alignCorners)
        #expect(corners.map(\.low) == [0, 0, 1, 1, 2] && corners.map(\.fraction) == [0, 0.5, 0, 0.5, 0])
        let single = Resize.linearTaps(input: 7, output: 1, scale: 0.5, .pytorchHalfPixel)
        #expect(single.map(\.low) == [0] && single.map(\.high) == [1] && single.map(\.fraction) == [0])
    }

    @Test(arguments: [Resize.Coordinates.halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric])
    func linearTapsNeverLeaveTheInput(_ coordinates: Resize.Coordinates) {
        for scale: Float in [1e-38, 1e-6, 0.3, 1, 7, 1e38] {
            for (input, output) in [(1, 1), (1, 9), (9, 1), (5, 13)] {
                for tap in Resize.linearTaps(input: input, output: output, scale: scale, coordinates) {
                    #expect((0..<input).contains(tap.low) && (0..<input).contains(tap.high))
                    #expect(tap.fraction >= 0 && tap.fraction <= 1)
                }
            }
        }
    }
}
