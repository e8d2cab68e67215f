import Testing

@testable import edgeprof

@Suite struct TableTests {
    private let table = Table(
        columns: [.text("model"), .number("ms")],
        rows: [["resnet18", "4.3"], ["a,\"b\"|c", "110"]]
    )

    @Test func alignsTextLeftAndNumbersRight() {
        #expect(table.rendered(as: .table, width: 80) == "model      ms\nresnet18  4.3\na,\"b\"|c   110\n")
    }

    @Test func quotesForCSVAndEscapesForMarkdown() {
        #expect(table.rendered(as: .csv) == "model,ms\nresnet18,4.3\n\"a,\"\"b\"\"|c\",110\n")
        #expect(
            table.rendered(as: .markdown)
                == "| model | ms |\n| --- | ---: |\n| resnet18 | 4.3 |\n| a,\"b\"\\|c | 110 |\n"
        )
    }

    @Test func narrowsTextButNeverNumbers() {
        let wide = Table(
            columns: [.text("a long title"), .number("number")],
            rows: [["a text that is much too long for the line", "123456789"]]
        )
        let lines = wide.rendered(as: .table, width: 30).split(separator: "\n")
        #expect(lines.allSatisfy { $0.count <= 30 })
        #expect(lines[1].hasSuffix("123456789") && lines[1].contains("…"))
    }

    @Test func namesToldApartByTheirEndsKeepThem() {
        let table = Table(
            columns: [.path("layer"), .text("output"), .number("time")],
            rows: [["features.denseblock4.denselayer16.conv2", "1x128x14x14", "53.2 µs"]]
        )
        let lines = table.rendered(as: .table, width: 46).split(separator: "\n")
        #expect(lines[1] == "…ock4.denselayer16.conv2  1x128x14x14  53.2 µs")
    }

    @Test func wrapsTheLastColumn() {
        let table = Table(columns: [.text("a"), .text("why")], rows: [["x", "one two three four"], ["y", ""]])
        #expect(table.rendered(as: .table, width: 14) == "a  why\nx  one two\n   three four\ny\n")
    }

    @Test func aRowMayBeShorterThanTheColumns() {
        #expect(Table(columns: [.text("a"), .text("b")], rows: [["x"]]).rendered(as: .table, width: 80) == "a  b\nx\n")
    }
}

@Suite struct HumanUnitsTests {
    @Test func threeSignificantDigitsAndAUnit() {
        #expect(HumanUnits.bytes(512) == "512 B")
        #expect(HumanUnits.bytes(102_236_160) == "97.5 MiB")
        #expect(HumanUnits.count(25_557_032) == "25.6 M")
        #expect(HumanUnits.nanoseconds(10_600_000) == "10.6 ms")
        #expect(HumanUnits.dollars(1_764_503.034) == "1,764,503")
        #expect(HumanUnits.dollars(-1234) == "-1,234")
        #expect(HumanUnits.dollars(0.206907) == "0.21")
    }
}
