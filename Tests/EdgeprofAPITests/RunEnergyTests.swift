import EdgeprofAPI
import Foundation
import Testing

@Suite struct RunEnergyTests {
    private func decode<Value: Decodable>(_ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    /// What agents sent before energy had more than its joules.
    @Test func olderEnergyIsRead() throws {
        let energy: Run.Energy = try decode(
            #"{"availability":"ok","instrument":"rapl:package-0","domain":"package","joules":3}"#
        )
        #expect(energy == Run.Energy(availability: .ok, instrument: "rapl:package-0", domain: "package", joules: 3))
        let absent: Run.Energy = try decode(#"{"availability":"absent","reason":"no RAPL"}"#)
        #expect(absent == Run.Energy(availability: .absent, reason: "no RAPL"))
    }

    @Test func newEnergySurvivesTheTrip() throws {
        let energy = Run.Energy(
            availability: .ok,
            instrument: "ina3221:VDD_IN",
            domain: "board",
            joules: 30,
            seconds: 5,
            watts: 6,
            samples: 101,
            changes: 90,
            updatePeriodSeconds: 0.1,
            idle: .init(
                seconds: 5,
                beforeWatts: 3,
                afterWatts: 3.3,
                driftFraction: 0.095,
                busyFraction: 0.01,
                governors: ["schedutil"],
                joulesAboveIdle: 14.25,
                doubts: [.drift]
            )
        )
        let data = try JSONEncoder().encode(energy)
        #expect(try JSONDecoder().decode(Run.Energy.self, from: data) == energy)
        #expect(throws: DecodingError.self) {
            let _: Run.Energy.Idle = try decode(#"{"availability":"ok","doubts":["moon-phase"]}"#)
        }
    }

    @Test func olderSettingsAreRead() throws {
        let job: JobSettings = try decode(#"{"scenario":"offline","plan":"fused","durationSeconds":5}"#)
        #expect(job.idleSeconds == nil && job.resolved(usableCpus: 4).idleSeconds == nil)
    }

    @Test func idleSecondsAreNoneOrEnough() {
        for seconds in [nil, 0, 5, 600] as [Double?] {
            #expect(MeasurementSettings(idleSeconds: seconds).problems().isEmpty)
        }
        for seconds in [-5, 0.1, 4.9, 601, .nan, .infinity] {
            let problems = JobSettings(idleSeconds: seconds).resolved(usableCpus: 1).problems()
            #expect(problems.count == 1 && problems[0].contains("idleSeconds"), "\(seconds)")
        }
    }
}
