import Glibc
import HostInfo
import HostTestSupport
import Testing

@testable import HostProbes

@Suite struct EnergyInstrumentTests {
    private func watts(_ instrument: EnergyInstrument?, _ root: HostRoot) -> Double? {
        guard case .watts(let watts)? = instrument?.source.sample(root: root).value else { return nil }
        return watts
    }

    @Test func jetsonMeasuresTheModulesInputAndTwoRails() throws {
        let root = try FixtureHost("jetson-orin-nano").root
        let all = EnergyInstrument.all(root: root)
        #expect(all.map(\.name) == ["ina3221:VDD_IN", "ina3221:VDD_CPU_GPU_CV", "ina3221:VDD_SOC"])
        #expect(all.map(\.domain) == [.board, .rail, .rail])
        #expect(all.allSatisfy { $0.kind == .sampled && $0.availability.isOK })
        #expect(all[0].updatePeriodNanoseconds == 16_000_000)
        #expect(abs((watts(all[0], root) ?? 0) - 5.056 * 0.992) < 1e-9)
        // An idle rail's offset may be negative.
        #expect(abs((watts(all[2], root) ?? 0) + 5.048 * 0.008) < 1e-9)
        #expect(EnergyInstrument.best(root: root).value?.name == "ina3221:VDD_IN")
        #expect(EnergyInstrument.best(named: "ina3221:VDD_SOC", root: root).value?.domain == .rail)
    }

    @Test func singleRailsAreNotTakenForTheWhole() throws {
        let host = try FixtureHost("jetson-orin-nano")
        try host.add("/sys/class/hwmon/hwmon1/in1_label", "VIN_SYS_5V0\n")
        let best = EnergyInstrument.best(root: host.root).availability
        #expect(best.status == .absent && best.reason?.contains("VIN_SYS_5V0") == true)
    }

    @Test func aLaptopOnItsBatteryMeasuresAllItDraws() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        let all = EnergyInstrument.all(root: host.root)
        #expect(all.map(\.name) == ["battery:BAT0", "rapl:package-0"])
        #expect(all.map(\.domain) == [.wall, .package] && all.map(\.kind) == [.sampled, .counter])
        #expect(watts(all[0], host.root) == 9.35)
        try host.add("/sys/class/power_supply/BAT0/status", "Charging\n")
        #expect(EnergyInstrument.best(root: host.root).value?.name == "rapl:package-0")
        let battery = try #require(EnergyInstrument.all(root: host.root).first)
        #expect(battery.availability.status == .absent && battery.availability.remedy?.contains("unplug") == true)
    }

    @Test func currentTimesVoltageWhateverTheSign() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        host.remove("/sys/class/power_supply/BAT0/power_now")
        try host.add("/sys/class/power_supply/BAT0/current_now", "-500000\n")
        #expect(watts(EnergyInstrument.all(root: host.root).first, host.root) == 7.7)
    }

    @Test func twoBatteriesAddUp() throws {
        let host = try FixtureHost("intel-hybrid-laptop")
        for (file, content) in [("type", "Battery"), ("status", "Discharging"), ("power_now", "1000000")] {
            try host.add("/sys/class/power_supply/BAT1/\(file)", content + "\n")
        }
        let both = EnergyInstrument.all(root: host.root).first
        #expect(both?.name == "battery:BAT0+BAT1" && watts(both, host.root) == 10.35)
        // One that rests does not count; one that is charged says that there is mains power.
        try host.add("/sys/class/power_supply/BAT1/status", "Not charging\n")
        #expect(watts(both, host.root) == 9.35)
        try host.add("/sys/class/power_supply/BAT1/status", "Charging\n")
        #expect(watts(both, host.root) == nil)
    }

    @Test func hostsWithout() throws {
        for name in ["raspberry-pi-4", "raspberry-pi-5", "vm-epyc", "rock-5b-big-little"] {
            let root = try FixtureHost(name).root
            #expect(EnergyInstrument.all(root: root).isEmpty, "\(name)")
            let best = EnergyInstrument.best(root: root).availability
            #expect(best.status == .absent && best.remedy == nil, "\(name)")
        }
        let wsl = try FixtureHost("wsl2").root
        #expect(EnergyInstrument.best(root: wsl).availability.reason?.contains("neither power nor current") == true)
        #expect(EnergyInstrument.all(root: wsl).map(\.name) == ["battery:BAT1"])
    }

    @Test func deniedIsNotAbsent() throws {
        let host = try FixtureHost("intel-server")
        let locked = HostRoot(host.path, failures: ["/sys/class/powercap/intel-rapl:0/energy_uj": EACCES])
        let best = EnergyInstrument.best(root: locked).availability
        #expect(best.status == .denied && best.remedy?.contains("systemd-tmpfiles") == true)
        let jetson = try FixtureHost("jetson-orin-nano")
        let sensor = HostRoot(jetson.path, failures: ["/sys/class/hwmon/hwmon1/curr1_input": EACCES])
        #expect(EnergyInstrument.best(root: sensor).availability.remedy?.contains("chmod a+r") == true)
        let off = HostRoot(jetson.path, failures: ["/sys/class/hwmon/hwmon1/in1_input": ENODATA])
        #expect(EnergyInstrument.best(root: off).availability.status == .absent)
    }

    @Test func otherChips() throws {
        let host = try FixtureHost(files: [
            ("/sys/class/hwmon/hwmon0/name", "power_meter\n"),
            ("/sys/class/hwmon/hwmon0/power1_average", "215000000\n"),
            ("/sys/class/hwmon/hwmon0/power1_average_interval", "1000\n"),
            ("/sys/class/hwmon/hwmon1/name", "amd_energy\n"), ("/sys/class/hwmon/hwmon1/energy1_label", "Ecore000\n"),
            ("/sys/class/hwmon/hwmon1/energy1_input", "5000000\n"),
            ("/sys/class/hwmon/hwmon1/energy2_label", "Esocket0\n"),
            ("/sys/class/hwmon/hwmon1/energy2_input", "77000000\n"),
            ("/sys/class/hwmon/hwmon2/name", "nct6775\n"), ("/sys/class/hwmon/hwmon2/in1_input", "1200\n"),
            ("/sys/class/hwmon/hwmon2/curr1_input", "900\n"),
            ("/sys/class/hwmon/hwmon3/name", "ina226\n"), ("/sys/class/hwmon/hwmon3/power1_input", "3000000\n"),
            ("/sys/class/hwmon/hwmon4/name", "ina226\n"), ("/sys/class/hwmon/hwmon4/power1_input", "4000000\n"),
            ("/sys/class/hwmon/hwmon5/name", "odd;name $(x)\n"), ("/sys/class/hwmon/hwmon5/power1_input", "1\n"),
        ])
        let all = EnergyInstrument.all(root: host.root)
        #expect(
            all.map(\.name) == [
                "power_meter:1", "amd_energy:Esocket0", "amd_energy:Ecore000", "ina226:1", "ina226:1#2",
                "odd_name___x_:1",
            ]
        )
        #expect(all.map(\.domain) == [.wall, .package, .rail, .rail, .rail, .rail])
        #expect(all.map(\.kind).prefix(3) == [.sampled, .counter, .counter])
        #expect(all[0].updatePeriodNanoseconds == 1_000_000_000 && watts(all[0], host.root) == 215)
        // A board controller's voltages and currents of one number do not belong together.
        #expect(!all.contains { $0.name.hasPrefix("nct6775") })
    }

    @Test func oneSocketOfSeveralIsNotTheProcessor() throws {
        let host = try FixtureHost(files: [
            ("/sys/class/hwmon/hwmon0/name", "amd_energy\n"),
            ("/sys/class/hwmon/hwmon0/energy1_label", "Esocket0\n"), ("/sys/class/hwmon/hwmon0/energy1_input", "5\n"),
            ("/sys/class/hwmon/hwmon0/energy2_label", "Esocket1\n"), ("/sys/class/hwmon/hwmon0/energy2_input", "7\n"),
        ])
        #expect(EnergyInstrument.all(root: host.root).map(\.domain) == [.rail, .rail])
        #expect(EnergyInstrument.best(root: host.root).value == nil)
    }

    @Test(arguments: [
        "", "x", "5x", "1.5", "-", "--5", "+5", "99999999999999999999", "-99999999999999999999", "9223372036854775807",
    ])
    func sensorsThatLie(text: String) throws {
        for (name, path) in [
            ("jetson-orin-nano", "/sys/class/hwmon/hwmon1/curr1_input"),
            ("jetson-orin-nano", "/sys/class/hwmon/hwmon1/in1_input"),
            ("intel-hybrid-laptop", "/sys/class/power_supply/BAT0/power_now"),
        ] {
            let host = try FixtureHost(name)
            try host.add(path, text)
            let first = try #require(EnergyInstrument.all(root: host.root).first { $0.domain <= .board })
            #expect(first.availability.status == .absent, "\(path) '\(text)'")
            #expect(first.availability.reason?.isEmpty == false)
        }
    }

    @Test func domainsAreOrdered() {
        #expect(EnergyDomain.allCases.sorted() == [.wall, .board, .package, .rail])
    }
}
