import EdgeprofAPI
import Testing

@Suite struct RunSelectionTests {
    @Test func idsAndConditionsAreRead() throws {
        let id = "01990000-0000-7000-8000-000000000001"
        #expect(try RunSelection(id).ids == [id])
        #expect(try RunSelection("\(id),\(id)").ids?.count == 2)
        let selection = try RunSelection(
            "model=resnet18,scenario=offline,threads=2,since=2026-11-20,until=2026-11-21T12:00:00Z,latest=50"
        )
        #expect(selection.model == "resnet18" && selection.scenario == .offline && selection.threads == 2)
        #expect(selection.since == Timestamp("2026-11-20T00:00:00Z"))
        #expect(selection.until == Timestamp("2026-11-21T12:00:00Z"))
        #expect(selection.latest == 50)
        #expect(selection.filter.startedFrom == selection.since && selection.filter.startedTo == selection.until)
        #expect(try RunSelection("model=a=b").model == "a=b")
    }

    @Test(arguments: [
        ("", "neither a file"), ("nothing.jsn", "neither a file"), ("a,b", "neither a file"),
        ("modle=x", "is no condition"), ("model=", "is no condition"), ("model=x,", "is no condition"),
        ("model=x,model=y", "given twice"), ("scenario=fast", "one of single-stream"), ("threads=0", "whole number"),
        ("threads=99999999999999999999", "whole number"), ("since=yesterday", "a day such as"),
        ("latest=1001", "must be 1 to 1000"), ("since=2026-11-21,until=2026-11-20", "is not before"),
    ])
    func badOnesSayWhy(text: String, message: String) {
        #expect {
            try RunSelection(text)
        } throws: { "\($0)".contains(message) }
    }

    @Test func selectingEverythingIsRefused() {
        #expect(RunSelection().problems().count == 1)
        var selection = RunSelection()
        selection.ids = []
        #expect(selection.problems().count == 1)
        selection.ids = ["x"]
        #expect(selection.problems().first?.path == "ids[0]")
    }
}
