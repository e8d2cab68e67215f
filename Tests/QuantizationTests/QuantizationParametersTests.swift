import NetworkGraph
import Testing

@testable import Quantization

struct QuantizationParametersTests {
    @Test(arguments: [
        (-1 as Float, 1 as Float), (0, 6), (2, 5), (-7, -3), (-0.001, 1000), (-1000, 0.001), (0, 1e-30), (-3e38, 3e38),
    ]) func zeroAndBothBoundsAreRepresentable(_ lower: Float, _ upper: Float) throws {
        let parameters = try QuantizationParameters(covering: lower...upper)
        #expect(parameters.storage == .unsigned8)
        #expect((0...255).contains(parameters.zeroPoint))
        #expect(parameters.scale > 0 && parameters.scale.isFinite)
        #expect(parameters.real(UInt8(parameters.zeroPoint)) == 0)
        for bound in [lower, upper] {
            let stored = parameters.stored(bound)
            // Half a step for rounding the bound, half for rounding the zero point.
            #expect(abs(Double(parameters.real(UInt8(stored))) - Double(bound)) <= Double(parameters.scale) * 1.001)
        }
    }

    @Test func rangesWithoutWidthHaveStepOne() throws {
        #expect(try QuantizationParameters(covering: 0...0) == QuantizationParameters(scale: 1, zeroPoint: 0))
    }

    @Test(arguments: [-Float.infinity...0, 0...Float.infinity, -Float.infinity...Float.infinity])
    func unusableRangesAreErrors(_ range: ClosedRange<Float>) {
        #expect(throws: QuantizationError.self) { try QuantizationParameters(covering: range) }
    }

    @Test func signedStorageChangesNoReal() {
        let unsigned = QuantizationParameters(scale: 0.5, zeroPoint: 140)
        let signed = QuantizationParameters(scale: 0.5, zeroPoint: 12, storage: .signed8)
        #expect(signed.engineZeroPoint == 140)
        #expect(signed.hasSameReals(as: unsigned))
        #expect(!signed.hasSameReals(as: QuantizationParameters(scale: 0.5, zeroPoint: 12)))
        #expect(signed.real(142) == 1)
    }

    @Test func activationsBecomeStoredBounds() {
        let parameters = QuantizationParameters(scale: 0.05, zeroPoint: 10)
        #expect(parameters.storedBounds(of: nil) == (0, 255))
        #expect(parameters.storedBounds(of: .relu) == (10, 255))
        #expect(parameters.storedBounds(of: .clip(lower: 0, upper: 6)) == (10, 130))
        #expect(parameters.storedBounds(of: .clip(lower: -100, upper: 100)) == (0, 255))
        #expect(parameters.storedBounds(of: .clip(lower: -.infinity, upper: .infinity)) == (0, 255))
    }
}
