public import KernelInterface

/// The kernels chosen, and why these.
public struct KernelSelection: Sendable {
    /// What had the say: a forced value, the environment, or detection.
    public enum Origin: String, Sendable {
        /// The caller asked for it.
        case forced
        /// `EDGEPROF_ISA` asked for it.
        case environment
        /// The processor's best.
        case detected
    }

    /// One kernel of each family.
    public var kernels: KernelSet
    /// What had the say.
    public var origin: Origin
    /// The choice in one line, for logs.
    public var reason: String

    /// The instruction set of the matrix product, the best any family uses.
    public var instructionSet: String { kernels.instructionSet }
}

/// One compiled kernel, as `edgeprof kernels` lists it.
public struct KernelStatus: Sendable, Hashable {
    /// The kernel's name.
    public var name: String
    /// The operator family, for example `gemm`.
    public var family: String
    /// The instruction set it needs.
    public var instructionSet: String
    /// Whether it may run here under the limit in force.
    public var usable: Bool
    /// Whether the selection uses it.
    public var selected: Bool
    /// Why it is not usable; nil if it is.
    public var reason: String?
}

/// Everything compiled in and what was chosen of it.
public struct KernelReport: Sendable, Hashable {
    /// The instruction set chosen.
    public var selected: String
    /// Why it was chosen.
    public var reason: String
    /// Every kernel, family by family, best first.
    public var kernels: [KernelStatus]
}

/// An instruction set was asked for that cannot be had.
public struct KernelSelectionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of request it was.
    public enum Code: String, Sendable {
        /// No instruction set has this name.
        case unknown
        /// It exists, but not on this host.
        case unusable
    }

    /// What kind of request it was.
    public var code: Code
    /// One line: what was asked, why it cannot be had, what can.
    public var description: String
}
