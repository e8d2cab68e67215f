import Glibc
import Testing

@testable import Economics

@Suite struct QueueingTests {
    /// Servers, load and the textbook recursion in exact rational arithmetic.
    static let known: [(Double, Double, Double)] = [
        (1, 0.5, 0.5), (2, 1, 1.0 / 3), (3, 2, 4.0 / 9), (10, 7, 0.22173121588381545), (5, 4.9, 0.9503169105191671),
    ]

    @Test(arguments: known)
    func erlangCKnownValues(servers: Double, load: Double, expected: Double) {
        #expect(abs(Queueing.erlangC(servers: servers, load: load) / expected - 1) < 1e-14)
    }

    @Test func erlangCAgreesWithTheRecursion() {
        for servers in [1, 2, 7, 40, 300, 2000] {
            for utilisation in [0.01, 0.3, 0.7, 0.95, 0.999] {
                let load = Double(servers) * utilisation
                var blocking = 1.0
                for index in 1...servers { blocking = load * blocking / (Double(index) + load * blocking) }
                let expected = blocking / (1 - utilisation * (1 - blocking))
                let value = Queueing.erlangC(servers: Double(servers), load: load)
                #expect(abs(value - expected) <= 1e-11 * expected || expected < 1e-280)
            }
        }
    }

    @Test func erlangCIsStableForManyServers() {
        // Halfin and Whitt's limit with beta = 1: 1 / (1 + beta·Phi(beta)/phi(beta)).
        let servers = 1e8
        let value = Queueing.erlangC(servers: servers, load: servers - servers.squareRoot())
        #expect(abs(value - 0.223361) < 1e-4)
        #expect(Queueing.erlangC(servers: 1e9, load: 1) < 1e-280)
    }

    @Test func erlangCAtItsEdges() {
        #expect(Queueing.erlangC(servers: 4, load: 0) == 0)
        #expect(Queueing.erlangC(servers: 4, load: 4) == 1)
        #expect(Queueing.erlangC(servers: 4, load: 9) == 1)
    }

    @Test func waitingAtItsEdges() {
        func wait(utilisation: Double, variability: Double) -> Double {
            Queueing.wait(
                servers: 2,
                serviceMilliseconds: 10,
                utilisation: utilisation,
                variability: variability,
                exceeding: 0.01
            )
        }
        #expect(wait(utilisation: 1, variability: 1) == .infinity)
        #expect(wait(utilisation: 1, variability: 0) == 0)
        #expect(wait(utilisation: 0, variability: 1) == 0)
        #expect(wait(utilisation: 0.05, variability: 1) == 0)
        #expect(wait(utilisation: 0.5, variability: 1) > 0)
    }

    @Test func oneServerIsTheClassicQueue() {
        // M/M/1: P(wait > t) = u·exp(-(1 - u)·t/s).
        let wait = Queueing.wait(
            servers: 1,
            serviceMilliseconds: 10,
            utilisation: 0.8,
            variability: 1,
            exceeding: 0.01
        )
        #expect(abs(wait - 10 / 0.2 * log(0.8 / 0.01)) < 1e-9)
    }
}
