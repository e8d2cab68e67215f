internal import HostInfo
public import HostProbes

/// Energy over the window, by the instrument that measured it; what could not be measured has a reason and nothing else.
public struct RecordedEnergy: Sendable, Hashable {
    /// Whether it could be read.
    public var availability: RecordedAvailability
    /// Why not and how to mend it; empty when it could.
    public var reason: String
    /// What measured it.
    public var instrument = ""
    /// What that covers; `rail` where nothing was measured.
    public var domain = EnergyDomain.rail
    /// Joules over `seconds`, of all that the domain covers.
    public var joules = 0.0
    /// The window's length.
    public var seconds = 0.0
    /// Values taken over the window and little more.
    public var samples: UInt64 = 0
    /// Of those, how many differ from the one before.
    public var changes: UInt64 = 0
    /// How often the instrument's number changes, nanoseconds.
    public var updatePeriodNanoseconds: UInt64 = 0

    /// No energy, and why.
    public init(unavailable availability: RecordedAvailability = .absent, reason: String = "") {
        (self.availability, self.reason) = (availability, reason)
    }

    /// The window's part, by time, of what was measured over the stretch around it, in which the instances ran as they did
    /// in the window.
    ///
    /// - Parameters:
    ///   - energy: of the stretch.
    ///   - windowNanoseconds: the window's length, above 0.
    public init(_ energy: MeasuredEnergy, windowNanoseconds: UInt64) {
        (availability, reason) = (.ok, "")
        instrument = energy.instrument
        domain = energy.domain
        joules = energy.watts * Double(windowNanoseconds) / 1e9
        seconds = Double(windowNanoseconds) / 1e9
        samples = UInt64(clamping: energy.samples)
        changes = UInt64(clamping: energy.changes)
        updatePeriodNanoseconds = energy.updatePeriodNanoseconds
    }

    /// What a meter says of the stretch around a window.
    init(_ reading: Reading<MeasuredEnergy>, windowNanoseconds: UInt64) {
        switch reading {
        case .value(let energy): self.init(energy, windowNanoseconds: windowNanoseconds)
        case .unavailable(let why):
            self.init(unavailable: RecordedAvailability(why.status), reason: why.explanation)
        }
    }

    /// The energy as a meter gives it; nil where there is none.
    public var measured: MeasuredEnergy? {
        guard availability == .ok, let nanoseconds = UInt64(exactly: (seconds * 1e9).rounded()) else { return nil }
        return MeasuredEnergy(
            instrument: instrument,
            domain: domain,
            joules: joules,
            durationNanoseconds: nanoseconds,
            samples: Int(clamping: samples),
            changes: Int(clamping: changes),
            updatePeriodNanoseconds: updatePeriodNanoseconds
        )
    }
}

extension RecordBytes {
    mutating func append(_ energy: RecordedEnergy) {
        append(energy.availability.rawValue)
        append(energy.reason)
        guard energy.availability == .ok else { return }
        append(energy.instrument)
        append(energy.domain.rawValue)
        append(energy.joules)
        append(energy.seconds)
        append(energy.samples)
        append(energy.changes)
        append(energy.updatePeriodNanoseconds)
    }
}

extension RecordReader {
    mutating func energy() throws(RecordError) -> RecordedEnergy {
        var energy = RecordedEnergy(unavailable: try availability(), reason: try text())
        guard energy.availability == .ok else { return energy }
        energy.instrument = try text()
        guard let domain = EnergyDomain(rawValue: try text()) else {
            throw RecordError("its energy covers something without meaning")
        }
        energy.domain = domain
        energy.joules = try real()
        energy.seconds = try real()
        energy.samples = try integer()
        energy.changes = try integer()
        energy.updatePeriodNanoseconds = try integer()
        // Of n values, n - 1 can differ from the one before. 10^12 J and 10^6 s are more than any window has.
        guard 0...1e12 ~= energy.joules, 1e-9...1e6 ~= energy.seconds, energy.samples >= 2,
            energy.changes < energy.samples, 1...100 ~= energy.instrument.utf8.count
        else { throw RecordError("its energy is impossible") }
        return energy
    }
}
