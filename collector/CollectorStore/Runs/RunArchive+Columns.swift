import EdgeprofAPI

extension RunArchive {
    /// The [nanoseconds, count] pairs, sorted, or whatever there is in their place.
    ///
    /// Sorted: 1, the greatest common divisor of the values, how many, then for each the distance from the value before in
    /// that unit and the count less one. Anything else: 0 and the lists as they are.
    mutating func histogram(_ pairs: inout [[UInt64]]) throws(StoredRunError) {
        var isSorted = Self.isSorted(pairs)
        try flag(&isSorted)
        guard isSorted else {
            return try list(&pairs, blank: []) { (archive, pair) throws(StoredRunError) in
                try archive.list(&pair, blank: 0) { (archive, value) throws(StoredRunError) in
                    try archive.unsigned(&value)
                }
            }
        }
        var unit = Self.unit(of: pairs)
        try unsigned(&unit)
        let count = try self.count(pairs.count, ofAtLeast: 2)
        if pairs.count != count { pairs = Array(repeating: [0, 0], count: count) }
        var last: UInt64 = 0
        for index in 0..<count {
            // A writer's values are sorted multiples of the unit, so neither of these wraps; a reader's are not looked at.
            var distance = unit == 0 ? 0 : (pairs[index][0] &- last) / unit
            var above = pairs[index][1] &- 1
            try unsigned(&distance)
            try unsigned(&above)
            let (step, stepOverflow) = distance.multipliedReportingOverflow(by: unit)
            let (value, overflow) = last.addingReportingOverflow(step)
            guard !stepOverflow, !overflow, above < .max else { throw .damaged }
            (pairs[index][0], pairs[index][1]) = (value, above + 1)
            last = value
        }
    }

    private static func isSorted(_ pairs: [[UInt64]]) -> Bool {
        var last: UInt64?
        for pair in pairs {
            guard pair.count == 2, pair[1] > 0 else { return false }
            if let last, pair[0] <= last { return false }
            last = pair[0]
        }
        return true
    }

    private static func unit(of pairs: [[UInt64]]) -> UInt64 {
        var unit: UInt64 = 0
        for pair in pairs {
            var other = pair[0]
            while other != 0 { (unit, other) = (other, unit % other) }
            if unit == 1 { break }
        }
        return unit
    }

    /// What a run says of its layers itself: the subject has the rest, and how many there are.
    ///
    /// Column by column, for like stands beside like: times, bounds, shares, counters.
    mutating func layerFigures(_ layers: inout [Run.Layer], _ roofline: Run.Roofline?) throws(StoredRunError) {
        for index in layers.indices { try unsigned(&layers[index].nanoseconds) }
        for index in layers.indices { try bound(&layers[index].boundBy) }
        try shares(&layers, roofline)
        try layerCounters(&layers)
    }

    /// A byte: 0 for none, else one more than the bound's place in its table.
    private mutating func bound(_ bound: inout Run.Roofline.Bound?) throws(StoredRunError) {
        let table = StoredChoices.bounds
        var code = bound.flatMap { table.firstIndex(of: $0) }.map { UInt8($0 + 1) } ?? 0
        try byte(&code)
        guard code <= table.count else { throw .damaged }
        bound = code == 0 ? nil : table[Int(code) - 1]
    }

    /// The names that occur, then for each layer whether it has counters at all and for each name whether it has it, and the
    /// number.
    private mutating func layerCounters(_ layers: inout [Run.Layer]) throws(StoredRunError) {
        var names = Set(layers.flatMap { $0.counters.map { Array($0.keys) } ?? [] })
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var haveCounters = layers.contains { $0.counters != nil }
        try flag(&haveCounters)
        guard haveCounters else { return }
        try texts(&names)
        for index in layers.indices {
            try optional(&layers[index].counters, blank: [:]) { (archive, counters) throws(StoredRunError) in
                for name in names { try archive.optional(&counters[name]) }
            }
        }
    }
}
