/// A set of CPU numbers in the kernel's list format, `0-3,8,10-11`.
///
/// Format: <https://docs.kernel.org/admin-guide/cputopology.html>.
public struct CPUList: Sendable, Hashable {
    /// The CPU numbers, ascending.
    public let cpus: [Int]

    /// The highest CPU number accepted: no kernel is built for more.
    static let highestCPU = 65535

    /// A list of these CPUs.
    ///
    /// - Parameter cpus: numbers from 0 to 65535, in any order.
    public init(_ cpus: some Sequence<Int>) {
        self.cpus = Set(cpus).sorted()
        precondition(self.cpus.allSatisfy { 0...Self.highestCPU ~= $0 }, "no such CPU number")
    }

    /// Parses a list, which may be empty; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let text = Substring(text.trimmed)
        var members: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: text.isEmpty) {
            let bounds = part.split(separator: "-", omittingEmptySubsequences: false).map(Self.cpu)
            guard bounds.count <= 2, case let first?? = bounds.first, case let last?? = bounds.last, first <= last
            else { return nil }
            members.formUnion(first...last)
        }
        cpus = members.sorted()
    }

    private static func cpu(_ text: Substring) -> Int? {
        guard let number = text.decimal, number <= UInt64(highestCPU) else { return nil }
        return Int(number)
    }
}
