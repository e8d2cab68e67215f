import NetworkGraph
import Testing

@Suite struct LivenessTests {
    @Test func intervalsSpanFirstWriteToLastRead() throws {
        var builder = GraphBuilder(name: "net")
        let input = try builder.addInput("input", shape: image(4, 2, 2))
        let first = try builder.add(.activation(.relu), name: "first", inputs: [input])
        let unread = try builder.add(.flatten, name: "unread", inputs: [first])
        let second = try builder.add(.add, name: "second", inputs: [first, input])
        let graph = try builder.build(outputs: [second])

        let intervals = Liveness(of: graph).intervals
        #expect(intervals[input.index].definition == -1)
        #expect(intervals[input.index].lastUse == 2)
        #expect(intervals[first.index].definition == 0)
        #expect(intervals[first.index].lastUse == 2)
        #expect(intervals[unread.index].lastUse == intervals[unread.index].definition)
        #expect(intervals[second.index].lastUse == 3)
    }

    @Test func worksOnBareSteps() {
        let steps = [
            Liveness.Step(reads: [ValueID(0)], writes: [ValueID(1), ValueID(2)]),
            Liveness.Step(reads: [ValueID(2)], writes: [ValueID(3)]),
        ]
        let intervals = Liveness(valueCount: 4, steps: steps, outputs: [ValueID(1)]).intervals
        #expect(intervals.map(\.definition) == [-1, 0, 0, 1])
        #expect(intervals.map(\.lastUse) == [0, 2, 1, 1])
    }
}
