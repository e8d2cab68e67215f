import ArgumentParser
import Testing

@testable import edgeprof

@Suite struct FirstStepsTests {
    @Test(arguments: [
        FirstSteps.nothingMeasured, FirstSteps.noAgents, FirstSteps.noTiers, FirstSteps.noJobs, FirstSteps.noRuns,
        FirstSteps.noModels,
    ])
    func everyCommandInAHintIsOne(hint: String) throws {
        let commands = hint.matches(of: #/\(edgeprof ([^)]+)\)/#).map { String($0.output.1) }
        #expect(!commands.isEmpty)
        for command in commands {
            #expect(throws: Never.self, "\(command)") {
                try EdgeprofCommand.parseAsRoot(command.split(separator: " ").map(String.init))
            }
        }
    }
}
