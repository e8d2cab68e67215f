internal import KernelInterface

/// Memory a benchmark's kernels read and write, freed with it.
final class Operands {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    /// Bytes that differ, with what a kernel may read behind them.
    func bytes(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        let memory = allocate(UInt8.self, count + KernelLimits.overread)
        for index in 0..<count + KernelLimits.overread {
            (memory + index).initialize(to: UInt8(truncatingIfNeeded: index &* 37 &+ index >> 5))
        }
        return memory
    }

    /// Weights that differ, with what a kernel may read behind them.
    func weights(_ count: Int) -> UnsafeMutablePointer<Int8> {
        let memory = allocate(Int8.self, count + KernelLimits.overread)
        for index in 0..<count + KernelLimits.overread {
            (memory + index).initialize(to: Int8(truncatingIfNeeded: index &* 91 &+ index >> 7))
        }
        return memory
    }

    /// One value over and over.
    func constant<Element>(_ value: Element, _ count: Int) -> UnsafeMutablePointer<Element> {
        let memory = allocate(Element.self, count)
        memory.initialize(repeating: value, count: count)
        return memory
    }

    /// Pointers to the taps of a size x size window at each pixel of a side x side image, borders clamped.
    func taps(side: Int, size: Int, channels: Int) -> UnsafePointer<UnsafePointer<UInt8>> {
        let input = UnsafePointer(bytes(side * side * channels))
        let memory = allocate(UnsafePointer<UInt8>.self, side * side * size * size)
        var next = memory
        for y in 0..<side {
            for x in 0..<side {
                for tap in 0..<size * size {
                    let row = min(max(y + tap / size - size / 2, 0), side - 1)
                    let column = min(max(x + tap % size - size / 2, 0), side - 1)
                    next.initialize(to: input + (row * side + column) * channels)
                    next += 1
                }
            }
        }
        return UnsafePointer(memory)
    }

    /// Plain memory on a cache line's boundary, as the engine's arena is.
    private func allocate<Element>(_ type: Element.Type, _ count: Int) -> UnsafeMutablePointer<Element> {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: count * MemoryLayout<Element>.stride,
            alignment: 64
        )
        blocks.append(block)
        return block.bindMemory(to: Element.self, capacity: count)
    }
}
