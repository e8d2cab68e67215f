import EdgeprofAPI
import Foundation
import Statistics
import Testing

@testable import WireJSON

/// What the fast decoder makes of documents is what `JSONDecoder` makes of them.
@Suite struct WireJSONTests {
    private struct Everything: Codable, Equatable {
        var text: String
        var number: Double?
        var whole: UInt64
        var small: Int8?
        var flag: Bool
        var list: [[UInt64]]
        var inner: [String: Int]?
        var moment: Timestamp?
        var choice: Flag?
    }

    private static let sound = #"""
        {"text":"a\/b\n\"ä","number":-1.5e-3,"whole":18,"small":-7,"flag":true,"list":[[1,2],[]],"inner":{"x":1, "y":-2},
        "moment":"2026-11-22T16:30:00Z","choice":"clock-step","unknown":{"deep":[null,{"a":[]}]}}
        """#

    private func agree<Value: Decodable & Equatable>(_ type: Value.Type, _ bytes: [UInt8]) -> Bool {
        let fast = WireJSON.decodeUsual(type, from: bytes)
        let slow = try? JSONDecoder().decode(type, from: Data(bytes))
        return fast == nil || fast == slow
    }

    @Test func usualDocumentsAreDecodedFast() throws {
        let bytes = Array(Self.sound.utf8)
        let value = try #require(WireJSON.decodeUsual(Everything.self, from: bytes))
        #expect(value == (try JSONDecoder().decode(Everything.self, from: Data(bytes))))
    }

    @Test(arguments: [
        (#""whole":1.5"#, "whole", "1.5"), (#""whole":-1"#, "whole", "-1"), (#""small":300"#, "small", "300"),
        (#""whole":18446744073709551616"#, "whole", "18446744073709551616"), (#""small":1e300"#, "small", "1e300"),
        (#""other":[1.5,{"a":2}],"list":[[1,2],[3,4,0.5]]"#, "list[1][2]", "0.5"),
        (#""inner":{"x":1,"y":2.5,"z":3}"#, "inner.y", "2.5"),
    ])
    func aNumberThatDoesNotFitIsNamed(fields: String, path: String, number: String) throws {
        let sound = [("text", #""a""#), ("whole", "1"), ("flag", "true"), ("list", "[]")]
        let others = sound.filter { !fields.contains("\"\($0.0)\"") }.map { "\"\($0.0)\":\($0.1)" }
        let bytes = Array("{\((others + [fields]).joined(separator: ","))}".utf8)
        #expect(throws: (any Error).self) { try WireJSON.decode(Everything.self, from: bytes) }
        let misfit = try #require(WireJSON.misfit(Everything.self, in: bytes))
        #expect(misfit.path == path && misfit.number == number)
        for end in bytes.indices { _ = WireJSON.misfit(Everything.self, in: Array(bytes[..<end])) }
    }

    @Test(arguments: [sound, "1.5", "{", #"{"text":"a","whole":1.0,"flag":3,"list":[]}"#])
    func whatIsWrongOtherwiseIsNoMisfit(document: String) {
        #expect(WireJSON.misfit(Everything.self, in: Array(document.utf8)) == nil)
    }

    @Test(arguments: [
        "", " ", "{", "}", "nul", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "01", "-", "-01", "1.", ".5", "1e", "1e+",
        "+1",
        "\"", "\"\\x\"", "\"\\ud800\"", "\"\u{1}\"", "1 2", "[1 2]", "\u{FEFF}1", "NaN", "1e400",
        "99999999999999999999", "-0",
        "1.0", "1e2", "0.1", "123456789012345678", "18446744073709551615", "\"\\u0041\"", "[[[[1]]]]", "tru", "truee",
    ])
    func fragmentsAreNeverReadDifferently(text: String) {
        let bytes = Array(text.utf8)
        #expect(agree(Double.self, bytes))
        #expect(agree(UInt64.self, bytes))
        #expect(agree(Int.self, bytes))
        #expect(agree(String.self, bytes))
        #expect(agree(Bool.self, bytes))
        #expect(agree([UInt64].self, bytes))
        #expect(agree([String: Int].self, bytes))
        #expect(agree(Everything.self, bytes))
    }

    @Test func damagedDocumentsAreNeverReadDifferently() {
        var random = RandomSource(seed: 4)
        let sound = Array(Self.sound.utf8)
        for end in 0..<sound.count { #expect(agree(Everything.self, Array(sound[..<end]))) }
        let likely = Array(#"{}[],:"\0123456789.eE+-tfnu/ "#.utf8) + [0, 0x80, 0xc3, 0xff]
        for _ in 0..<30_000 {
            var bytes = sound
            for _ in 0...(random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = likely[Int(random.next() % UInt64(likely.count))]
            }
            #expect(agree(Everything.self, bytes), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test func numbersAreTheSameToTheLastBit() {
        var random = RandomSource(seed: 9)
        for _ in 0..<50_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let bytes = Array("\(number)".utf8)
            #expect(WireJSON.decodeUsual(Double.self, from: bytes)?.bitPattern == number.bitPattern)
        }
        for text in ["-0", "0", "-0.0", "123456789012345", "1234567890123456", "0.1e1"] {
            let slow = try? JSONDecoder().decode(Double.self, from: Data(text.utf8))
            #expect(WireJSON.decodeUsual(Double.self, from: Array(text.utf8))?.bitPattern == slow?.bitPattern)
        }
    }

    @Test func refusalsAreJSONDecodersOwn() {
        let text = Self.sound.replacingOccurrences(of: "\"flag\":true", with: "\"flag\":1")
        do {
            _ = try WireJSON.decode(Everything.self, from: Array(text.utf8))
            Issue.record("decoded")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["flag"])
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func keysGivenTwiceAndDeepDocumentsAreLeftToJSONDecoder() {
        #expect(WireJSON.decodeUsual([String: Int].self, from: Array(#"{"a":1,"a":2}"#.utf8)) == nil)
        let deep = String(repeating: "[", count: 100_000)
        #expect(WireJSON.decodeUsual([Int].self, from: Array(deep.utf8)) == nil)
    }

    private static let layer = #"""
        {"name":"conv1","operation":"convolution 3x3","shape":"1x64x56x56","macs":115605504,"memoryAccessBytes":4816896,
        "nanoseconds":123456,"rooflineShare":0.42,"boundBy":"memory","counters":{"cycles":7},"unknown":[{"name":1}]}
        """#

    @Test func layersAreDecodedFastAndAlike() throws {
        let fields = [
            (#""rooflineShare":0.42,"#, #""rooflineShare":null,"#), (#","boundBy":"memory""#, #","boundBy":null"#),
            (#","counters":{"cycles":7}"#, ""), (#""rooflineShare":0.42,"#, ""), ("115605504", "0"),
        ]
        for (old, new) in fields + [("", "")] {
            let text = old.isEmpty ? Self.layer : Self.layer.replacingOccurrences(of: old, with: new)
            let bytes = Array("[\(text),\(Self.layer)]".utf8)
            let layers = try #require(WireJSON.decodeUsual([Run.Layer].self, from: bytes), "\(new)")
            #expect(layers == (try JSONDecoder().decode([Run.Layer].self, from: Data(bytes))))
        }
        #expect(
            Mirror(reflecting: try JSONDecoder().decode(Run.Layer.self, from: Data(Self.layer.utf8))).children.count
                == 9
        )
    }

    @Test(arguments: [
        (#""name":"conv1","#, ""), (#""macs":115605504"#, #""macs":null"#), (#""macs":115605504"#, #""macs":-1"#),
        (#""macs":115605504"#, #""macs":1.5"#), (#""shape":"#, #""macs":1,"shape":"#), ("conv1", #"conv\u0031"#),
        (#""name""#, #""n\u0061me""#), ("memory\"", "moon\""), (#"{"cycles":7}"#, "[]"), ("0.42", #""0.42""#),
        (#""name""#, #""n\/me""#),
    ])
    func unusualLayersAreLeftToJSONDecoder(old: String, new: String) {
        let bytes = Array("[\(Self.layer.replacingOccurrences(of: old, with: new))]".utf8)
        #expect(WireJSON.decodeUsual([Run.Layer].self, from: bytes) == nil)
        #expect(agree([Run.Layer].self, bytes))
    }

    @Test func damagedLayersAreNeverReadDifferently() {
        var random = RandomSource(seed: 8)
        let sound = Array("[\(Self.layer)]".utf8)
        let likely = Array(#"{}[],:"\0123456789.eE+-tfnu/ "#.utf8) + [0, 0x80, 0xc3, 0xff]
        for _ in 0..<20_000 {
            var bytes = sound
            for _ in 0...(random.next() % 3) {
                bytes[Int(random.next() % UInt64(bytes.count))] = likely[Int(random.next() % UInt64(likely.count))]
            }
            #expect(agree([Run.Layer].self, bytes), "\(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
