import EdgeprofAPI
import HTTPTransport
import HostInfo

/// The caches that `--cache-of` names.
struct CacheChoice: Equatable {
    /// One level.
    struct Level: Equatable {
        var name: String
        var bytes: Int
    }

    /// What they are called in the heading, for example `raspberry-pi-5-4g`.
    var name: String
    /// First level first, growing.
    var levels: [Level]

    /// The largest cache taken; larger ones hold any network.
    private static let largestBytes = 1 << 40

    /// Finds the caches: this host's for `here`, a list of sizes, or a tier's.
    ///
    /// - Parameters:
    ///   - argument: What the user wrote.
    ///   - tiers: The price list, asked for only if a tier is named.
    /// - Throws: `InputError` in one line that says what to write instead.
    init(_ argument: String, tiers: () async throws -> TierList) async throws {
        name = argument
        if argument == "here" {
            levels = try Self.levels(here: HostInfo.current().caches)
        } else if argument.contains(",") || Double(argument) != nil || Self.bytes(argument) != nil {
            levels = try Self.levels(list: argument)
        } else {
            levels = try Self.levels(of: argument, in: try await tiers())
        }
    }

    private static func levels(here caches: CacheSizes) throws -> [Level] {
        let sizes = [("L1d", caches.level1DataBytes), ("L2", caches.level2Bytes), ("L3", caches.level3Bytes)]
        let levels = sizes.compactMap { name, bytes in bytes.map { Level(name: name, bytes: Int($0)) } }
        guard !levels.isEmpty else {
            throw InputError(
                "--cache-of here: the kernel does not say how large the caches are; give sizes, such as 32K,1M"
            )
        }
        return levels
    }

    /// Sizes such as `32K,1M,32M`.
    static func levels(list: String) throws -> [Level] {
        let parts = list.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = parts.compactMap { bytes(String($0)) }
        guard sizes.count == parts.count, sizes.count <= 8, zip(sizes, sizes.dropFirst()).allSatisfy(<) else {
            throw InputError("--cache-of \(list): give up to 8 growing sizes of 1 KiB to 1 TiB, such as 32K,1M,32M")
        }
        return sizes.enumerated().map { Level(name: $0 == 0 ? "L1d" : "L\($0 + 1)", bytes: $1) }
    }

    /// Bytes of a number with `K`, `M` or `G`, `iB` behind it or not.
    private static func bytes(_ text: String) -> Int? {
        let unit = text.hasSuffix("iB") ? String(text.dropLast(2)) : text
        let factors: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        guard let last = unit.last, let factor = factors[last], let number = Int(unit.dropLast()) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: factor)
        return !overflow && (1024...largestBytes).contains(bytes) ? bytes : nil
    }

    /// A tier's caches.
    static func levels(of id: String, in list: TierList) throws -> [Level] {
        guard let tier = list.tiers.first(where: { $0.id == id }) else {
            let known = list.tiers.map(\.id).joined(separator: ", ")
            throw InputError(
                "--cache-of \(id): no such tier; there are \(known), and `here`, or give sizes, such as 32K,1M"
            )
        }
        let sizes = [("L1d", tier.caches?.l1dKib), ("L2", tier.caches?.l2Kib), ("L3", tier.caches?.l3Kib)]
        let levels = sizes.compactMap { name, kib in kib.map { Level(name: name, bytes: $0 * 1024) } }
        guard !levels.isEmpty else {
            throw InputError(
                "--cache-of \(id): the tier has no `caches`; add, for example, caches: {l1d_kib: 32, l2_kib: 1024}"
            )
        }
        return levels
    }
}
