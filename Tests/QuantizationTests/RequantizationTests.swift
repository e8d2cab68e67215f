import Testing

@testable import Quantization

struct RequantizationTests {
    @Test func multipliersAreRoundedOnce() {
        let (input, weight, output) = (0.1 as Float, 0.3 as Float, 0.7 as Float)
        let exact = Double(input) * Double(weight) / Double(output)
        #expect(Requantization.multiplier(inputScale: input, weightScale: weight, outputScale: output) == Float(exact))
        #expect(Requantization.multiplier(inputScale: 3, outputScale: 7) == Float(3.0 / 7.0))
        #expect(Requantization.meanMultiplier(inputScale: 1, outputScale: 1, count: 49) == Float(1.0 / 49.0))
        // A float product first would underflow to 0.
        #expect(Requantization.multiplier(inputScale: 1e-30, weightScale: 1e-30, outputScale: 1e-30) > 0)
    }

    @Test func storingRoundsHalfToEven() {
        let expected: [(Float, UInt8)] = [(0.5, 10), (1.5, 12), (2.5, 12), (-0.5, 10), (-1.5, 8), (2.51, 13)]
        for (real, stored) in expected {
            #expect(Requantization.store(real, zeroPoint: 10, lowest: 0, highest: 255) == stored, "\(real)")
        }
    }

    @Test func storingClampsBeforeItConverts() {
        #expect(Requantization.store(3e38, zeroPoint: 3, lowest: 5, highest: 200) == 200)
        #expect(Requantization.store(-3e38, zeroPoint: 3, lowest: 5, highest: 200) == 5)
        #expect(Requantization.store(.infinity, zeroPoint: 255, lowest: 0, highest: 255) == 255)
    }

    @Test func tablesMapEachByte() {
        let input = QuantizationParameters(scale: 0.5, zeroPoint: 100)
        let output = QuantizationParameters(scale: 0.25, zeroPoint: 20)
        let table = Requantization.table(from: input, to: output, lowest: 20, highest: 255)
        #expect(table.count == 256)
        #expect(table[100] == 20 && table[101] == 22 && table[99] == 20 && table[255] == 255)
        #expect(Requantization.table(from: input, to: input, lowest: 0, highest: 255) == Array(0...255))
    }

    @Test func unusableNumbers() {
        #expect(Requantization.isUsable(0x1p60) && Requantization.isUsable(-0x1p60))
        for number in [Float.nan, .infinity, -.infinity, 0x1.1p60] { #expect(!Requantization.isUsable(number)) }
    }
}
