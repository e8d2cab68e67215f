import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// Gathers a plan's constants, each aligned to 64 bytes, in one growing piece of memory.
struct BlobBuilder: ~Copyable {
    static let alignment = 64
    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private(set) var count = 0

    /// Makes an empty blob with room for so many bytes; it grows beyond them where it must.
    init(capacity: Int) {
        self.capacity = max(capacity + KernelLimits.overread, Self.alignment)
        base = Self.allocate(self.capacity)
    }

    deinit { base.deallocate() }

    /// From this size on memory comes in pages of 2 MiB, where the system has them: a page fault costs as much as
    /// packing the 4 KiB behind it.
    private static let hugePageBytes = 2 << 20

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard bytes >= 2 * hugePageBytes else { return .allocate(byteCount: bytes, alignment: alignment) }
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePageBytes)
        // The last page only as far as it is ours: what follows is another's. Nothing depends on the answer.
        madvise(memory, bytes / hugePageBytes * hugePageBytes, MADV_HUGEPAGE)
        return memory
    }

    /// Adds zeroed room for elements and lets the caller fill it; returns its offset.
    mutating func append<Element: BitwiseCopyable>(
        count elements: Int,
        of type: Element.Type,
        fill: (UnsafeMutableBufferPointer<Element>) -> Void
    ) -> Int {
        let offset = (count + Self.alignment - 1) / Self.alignment * Self.alignment
        let bytes = elements * MemoryLayout<Element>.stride
        reserve(offset + bytes + KernelLimits.overread)
        (base + count).initializeMemory(as: UInt8.self, repeating: 0, count: offset + bytes - count)
        count = offset + bytes
        let start = (base + offset).bindMemory(to: type, capacity: elements)
        fill(UnsafeMutableBufferPointer(start: start, count: elements))
        return offset
    }

    /// Adds the elements, padded with zeros to a multiple; returns their offset.
    mutating func append<Element: BitwiseCopyable & ExpressibleByIntegerLiteral>(
        _ elements: [Element],
        paddedTo multiple: Int = 1
    ) -> Int {
        append(count: elements.count.rounded(upTo: multiple), of: Element.self) { room in
            for index in elements.indices { room[index] = elements[index] }
        }
    }

    /// Ends the blob with the slack that kernels may read into.
    consuming func finish() -> WeightsBlob {
        _ = append(count: KernelLimits.overread, of: UInt8.self) { _ in }
        let memory = base
        let length = count
        discard self
        return WeightsBlob(base: memory, count: length) { memory.deallocate() }
    }

    private mutating func reserve(_ needed: Int) {
        guard needed > capacity else { return }
        let larger = max(needed, capacity * 2)
        let grown = Self.allocate(larger)
        grown.copyMemory(from: base, byteCount: count)
        base.deallocate()
        base = grown
        capacity = larger
    }
}

extension Int {
    /// The next multiple at or above.
    func rounded(upTo multiple: Int) -> Int { (self + multiple - 1) / multiple * multiple }

    /// How many pieces of a size cover this.
    func pieces(of size: Int) -> Int { (self + size - 1) / size }
}
