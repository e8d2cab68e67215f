import EdgeprofAPI
import HostInfo
import Testing

@testable import Measurement

@Suite struct HostFactsTests {
    /// A container sees every CPU of its host and is given the time of a few: as many instances as CPUs would halt each other.
    @Test func usableCPUsStayWithinTheQuota() {
        var host = HostInfo.current()
        host.usableCPUs = 16
        host.cgroupLimits.cpus = 1.5
        #expect(HostFacts(host).usableCpus == 2)
        #expect(HostFacts(host, limits: HostLimits(cpus: [3])).usableCpus == 1)
        host.cgroupLimits.cpus = nil
        #expect(HostFacts(host).usableCpus == 16)
    }
}
