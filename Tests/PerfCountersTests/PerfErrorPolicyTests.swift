import Glibc
import HostInfo
import Testing

@testable import PerfCounters

@Suite struct PerfErrorPolicyTests {
    private func availability(_ code: Int32, _ counter: Counter = .cycles, paranoia: Int? = 2) -> Availability {
        PerfErrorPolicy.availability(code: code, counter: counter, paranoia: paranoia)
    }

    @Test(arguments: [ENOENT, EOPNOTSUPP, ENODEV, EINVAL])
    func noSuchEvent(code: Int32) {
        #expect(availability(code).status == .absent)
        #expect(availability(code).reason?.contains("virtual machine") == true)
        #expect(availability(code).remedy == nil)
        #expect(availability(code, .pageFaults).reason?.contains("software") == true)
    }

    @Test func noSuchSystemCall() {
        #expect(availability(ENOSYS).status == .absent)
        #expect(availability(ENOSYS).reason?.contains("perf_event_open") == true)
    }

    @Test(arguments: [EACCES, EPERM])
    func refusedByTheSetting(code: Int32) {
        let denied = availability(code, paranoia: 4)
        #expect(denied.status == .denied)
        #expect(denied.reason == "kernel.perf_event_paranoid is 4")
        #expect(denied.remedy == "sudo sysctl kernel.perf_event_paranoid=2")
    }

    @Test(arguments: [2, 1, -1, nil] as [Int?])
    func refusedThoughTheSettingAllowsIt(paranoia: Int?) {
        let denied = availability(EPERM, paranoia: paranoia)
        #expect(denied.status == .denied)
        #expect(denied.reason?.contains("container") == true)
        #expect(denied.remedy?.contains("PERFMON") == true)
    }

    @Test func everyOtherErrorHasAReason() {
        for code in Int32(1)...133 {
            for counter in [Counter.cycles, .pageFaults] {
                let availability = availability(code, counter)
                #expect(availability.status != .ok)
                #expect(availability.reason?.isEmpty == false)
            }
        }
        #expect(availability(EMFILE).remedy == "ulimit -n 4096")
        #expect(availability(EBUSY).status == .denied)
    }
}
