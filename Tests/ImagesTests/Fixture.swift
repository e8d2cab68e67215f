import Foundation
import Testing

/// Files made by Fixtures/generate.py with Pillow, read where they lie.
enum Fixture {
    static func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/" + name).path
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }
}

/// The largest difference between samples.
func largestDifference(_ first: [UInt8], _ second: [UInt8]) -> Int {
    first.count == second.count ? zip(first, second).map { abs(Int($0) - Int($1)) }.max() ?? 0 : Int.max
}
