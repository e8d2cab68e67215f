internal import HostInfo

/// One look at an instrument.
enum EnergySample: Sendable, Equatable {
    /// Counters of energy since some moment, each with where it begins again if that is known.
    case counters([EnergySnapshot.Domain])
    /// Power now, in watts.
    case watts(Double)
}

extension EnergyInstrument.Source {
    /// Looks at the instrument.
    func sample(root: HostRoot) -> Reading<EnergySample> {
        switch self {
        case .rapl: EnergySnapshot.read(root: root).flatMap { .value(.counters($0.domains)) }
        case .energy(let path): Self.counter(path, root: root)
        case .power(let path):
            EnergyInstrument.number(path, root: root).flatMap { EnergyInstrument.plausible($0 / 1e6) }
                .flatMap { .value(.watts($0)) }
        case .currentAndVoltage(let current, let voltage):
            EnergyInstrument.number(current, root: root).flatMap { milliamperes in
                EnergyInstrument.number(voltage, root: root).flatMap { millivolts in
                    EnergyInstrument.plausible(milliamperes * millivolts / 1e6).flatMap { .value(.watts($0)) }
                }
            }
        case .batteries(let names): EnergyInstrument.batteryWatts(names, root: root).flatMap { .value(.watts($0)) }
        }
    }

    private static func counter(_ path: String, root: HostRoot) -> Reading<EnergySample> {
        switch root.read(path, limitBytes: 4096) {
        case .failure(let error):
            .unavailable(error.availability(absent: "\(path) is gone", remedy: "sudo chmod a+r \(path)"))
        case .success(let text):
            text.trimmed.decimal.flatMap { $0 < 1 << 62 ? $0 : nil }.map {
                .value(.counters([EnergySnapshot.Domain(name: path, microjoules: $0, rangeMicrojoules: nil)]))
            } ?? .unavailable(.absent("\(path) holds no number"))
        }
    }
}

extension EnergyInstrument {
    /// A sensor's signed number.
    static func number(_ path: String, root: HostRoot) -> Reading<Double> {
        switch root.read(path, limitBytes: 4096) {
        case .failure(let error):
            .unavailable(
                error.availability(
                    absent: "\(path) has no data: the sensor is off or gone",
                    remedy: "sudo chmod a+r \(path)"
                )
            )
        case .success(let text):
            text.trimmed.signedDecimal.map { .value(Double($0)) } ?? .unavailable(.absent("\(path) holds no number"))
        }
    }

    /// More than any box draws: ten racks.
    static let highestWatts = 100_000.0

    /// Power, unless no box draws that much.
    static func plausible(_ watts: Double) -> Reading<Double> {
        // A small negative value is an idle sensor's offset, and belongs into the mean.
        watts > -10 && watts < highestWatts
            ? .value(watts) : .unavailable(.absent("the sensor shows a power no box can have: \(watts) W"))
    }
}
