import Testing
import Uploader

@Suite struct TurnLockTests {
    private actor Journal {
        var inside = 0
        var mostInside = 0
        var lines: [String] = []

        func enter() {
            inside += 1
            mostInside = max(mostInside, inside)
        }

        func leave() { inside -= 1 }

        func write(_ line: String) { lines.append(line) }
    }

    @Test func turnsNeverOverlap() async throws {
        let lock = TurnLock()
        let journal = Journal()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    try await lock.withTurn {
                        await journal.enter()
                        await Task.yield()
                        await journal.write("\(index)")
                        await journal.leave()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await journal.mostInside == 1)
        #expect(await Set(journal.lines).count == 200)
    }

    @Test func whoWaitsComesBeforeWhoAsksAgain() async throws {
        let lock = TurnLock()
        let journal = Journal()
        let other = try await lock.withTurn {
            let other = Task { try await lock.withTurn { await journal.write("other") } }
            try await Task.sleep(for: .milliseconds(50))
            return other
        }
        try await lock.withTurn { await journal.write("again") }
        try await other.value
        #expect(await journal.lines == ["other", "again"])
    }

    @Test func cancellingEndsTheWaitAndLeavesTheLineIntact() async throws {
        let lock = TurnLock()
        try await lock.withTurn {
            let waiting = Task { try await lock.withTurn { Issue.record("had a turn although cancelled") } }
            try await Task.sleep(for: .milliseconds(20))
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
        #expect(try await lock.withTurn { 5 } == 5)
    }

    @Test func aTurnThatThrowsIsHandedOn() async throws {
        struct Failure: Error {}
        let lock = TurnLock()
        await #expect(throws: Failure.self) { try await lock.withTurn { throw Failure() } }
        #expect(try await lock.withTurn { 5 } == 5)
    }
}
