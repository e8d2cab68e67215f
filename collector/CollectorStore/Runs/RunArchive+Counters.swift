import EdgeprofAPI

extension RunArchive {
    /// A counter; its value and live share mostly follow from its times and its raw count (docs/formats/stored-run.md).
    mutating func counter(_ counter: inout Run.Counter) throws(StoredRunError) {
        try text(&counter.name)
        try choice(&counter.availability, of: StoredChoices.availabilities)
        try optional(&counter.reason)
        try optional(&counter.rawValue)
        try optional(&counter.enabledNanoseconds)
        try optional(&counter.runningNanoseconds)
        try figure(&counter.value, following: counter.scaledCount)
        try figure(&counter.liveFraction, following: counter.liveShare)
    }

    /// A byte: 0 for none, 1 for what follows from the rest, 2 for a number behind it.
    private mutating func figure(_ value: inout Double?, following: Double?) throws(StoredRunError) {
        var form: UInt8 = value == nil ? 0 : value?.bitPattern == following?.bitPattern ? 1 : 2
        try byte(&form)
        switch form {
        case 0: value = nil
        case 1:
            guard let following else { throw .damaged }
            value = following
        case 2:
            var written = value ?? 0
            try number(&written)
            value = written
        default: throw .damaged
        }
    }
}

extension Run.Counter {
    /// The raw count, scaled to all of the time as the agent does (`MultiplexPolicy`); as it is where there are no times.
    fileprivate var scaledCount: Double? {
        guard let rawValue else { return nil }
        guard let enabledNanoseconds, let runningNanoseconds else { return Double(rawValue) }
        let product = rawValue.multipliedFullWidth(by: enabledNanoseconds)
        guard product.high < runningNanoseconds else { return nil }
        return Double(runningNanoseconds.dividingFullWidth(product).quotient)
    }

    fileprivate var liveShare: Double? {
        guard let enabledNanoseconds, let runningNanoseconds else { return 1 }
        guard enabledNanoseconds > 0 else { return nil }
        return Double(runningNanoseconds) / Double(enabledNanoseconds)
    }
}
