extension Run {
    /// What others, and the box itself, did to the timed queries.
    public struct Load: Codable, Sendable, Hashable {
        /// The share of the time in which some thread of the host waited for a CPU, 0...1; the model's own among them.
        public var cpuPressureFraction: MeasuredValue
        /// The share in which some thread waited for memory.
        public var memoryPressureFraction: MeasuredValue
        /// The share in which some thread waited for a device.
        public var ioPressureFraction: MeasuredValue
        /// The share of the time in which threads of others alone waited for a CPU, at least, 0...1.
        public var pressureByOthersFraction: MeasuredValue
        /// Waiting of others' threads in the run queues of the CPUs measured on, over those CPUs' time; may exceed 1.
        public var othersWaitFraction: MeasuredValue
        /// The same of the model's own threads.
        public var ownWaitFraction: MeasuredValue
        /// Pages others swapped in or out.
        public var swapByOthersPages: MeasuredValue
        /// CPUs of the host that went offline.
        public var vanishedCpus: MeasuredValue
        /// CPUs of the host that came online.
        public var newCpus: MeasuredValue
        /// How long the whole box was suspended, in nanoseconds.
        public var suspendedNanoseconds: MeasuredValue

        /// Makes a record of what was seen.
        public init(
            cpuPressureFraction: MeasuredValue,
            memoryPressureFraction: MeasuredValue,
            ioPressureFraction: MeasuredValue,
            pressureByOthersFraction: MeasuredValue,
            othersWaitFraction: MeasuredValue,
            ownWaitFraction: MeasuredValue,
            swapByOthersPages: MeasuredValue,
            vanishedCpus: MeasuredValue,
            newCpus: MeasuredValue,
            suspendedNanoseconds: MeasuredValue
        ) {
            self.cpuPressureFraction = cpuPressureFraction
            self.memoryPressureFraction = memoryPressureFraction
            self.ioPressureFraction = ioPressureFraction
            self.pressureByOthersFraction = pressureByOthersFraction
            self.othersWaitFraction = othersWaitFraction
            self.ownWaitFraction = ownWaitFraction
            self.swapByOthersPages = swapByOthersPages
            self.vanishedCpus = vanishedCpus
            self.newCpus = newCpus
            self.suspendedNanoseconds = suspendedNanoseconds
        }
    }
}
