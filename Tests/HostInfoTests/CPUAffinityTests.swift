import Glibc
import Testing

@testable import HostInfo

@Suite struct CPUAffinityTests {
    /// Runs `body` on a thread of its own, whose affinity dies with it.
    private func onOwnThread(_ body: @escaping @Sendable () -> Void) throws {
        final class Box: Sendable {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        var thread = pthread_t()
        let box = Unmanaged.passRetained(Box(body))
        let created = pthread_create(
            &thread,
            nil,
            {
                guard let pointer = $0 else { return nil }
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            },
            box.toOpaque()
        )
        try #require(created == 0)
        pthread_join(thread, nil)
    }

    @Test func agreesWithTheKernelsList() throws {
        let status = try HostRoot.system.read("/proc/thread-self/status").get()
        let line = try #require(status.lines.first { $0.hasPrefix("Cpus_allowed_list:") })
        #expect(CPUAffinity.current == CPUList(try #require(line.keyAndValue?.value)))
        #expect(HostInfo.usableCPUCount == CPUAffinity.current?.cpus.count)
    }

    @Test func aThreadStaysWhereItIsPut() throws {
        let before = try #require(CPUAffinity.current)
        let last = try #require(before.cpus.last)
        try onOwnThread {
            #expect(CPUAffinity.restrict(to: CPUList([last])) == .ok)
            #expect(CPUAffinity.current?.cpus == [last])
            #expect(CPUAffinity.restrict(to: before) == .ok)
            #expect(CPUAffinity.current == before)
            #expect(CPUAffinity.restrict(to: CPUList([last])) == .ok)
        }
        #expect(CPUAffinity.current == before)
    }

    @Test func cpusThatCannotBeHad() throws {
        try onOwnThread {
            let before = CPUAffinity.current
            #expect(CPUAffinity.restrict(to: CPUList([CPUList.highestCPU])).status == .absent)
            #expect(CPUAffinity.restrict(to: CPUList([Int]())).status == .absent)
            let half = CPUAffinity.restrict(to: CPUList([before?.cpus.first ?? 0, CPUList.highestCPU]))
            #expect(half.reason?.contains("CPU 65535") == true)
            #expect(CPUAffinity.current == before)
        }
    }
}
