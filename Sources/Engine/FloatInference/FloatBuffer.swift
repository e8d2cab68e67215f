import Glibc

/// Elements of one value, given back when nothing refers to them any more.
///
/// Unchecked: tasks write disjoint elements, and nothing reads a value before all tasks that write it are done.
final class FloatBuffer: @unchecked Sendable {
    let elements: UnsafeMutableBufferPointer<Float>

    /// Takes memory for `count` elements, not initialised.
    init(count: Int) throws(FloatInferenceError) {
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, max(count, 1) * MemoryLayout<Float>.stride) == 0, let memory else {
            throw FloatInferenceError(
                .outOfMemory,
                "no memory for a value of \(count) elements; use fewer samples at once or a smaller input"
            )
        }
        elements = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Float.self, capacity: count), count: count)
    }

    deinit { free(elements.baseAddress) }

    /// The first element; buffers are never empty.
    var base: UnsafeMutablePointer<Float> {
        guard let base = elements.baseAddress else { preconditionFailure("buffers have memory") }
        return base
    }
}

/// Memory of one thread that its tasks reuse, so that none of them asks the system for pages.
///
/// Unchecked: each thread has its own.
final class Scratch: @unchecked Sendable {
    private var memory: UnsafeMutableRawPointer?
    private var byteCount = 0

    deinit { free(memory) }

    /// At least `count` bytes, aligned for vectors, their content undefined; valid until the next call.
    func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        if let memory, byteCount >= count { return memory }
        free(memory)
        memory = nil
        guard posix_memalign(&memory, 64, count) == 0, let memory else {
            // A few hundred kilobytes: a system without those cannot go on.
            preconditionFailure("no memory for a product's operands")
        }
        byteCount = count
        return memory
    }
}
