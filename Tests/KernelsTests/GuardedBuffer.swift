import Glibc
import Testing

/// Memory that ends where nothing may be touched: [pattern][elements][slack] right before an inaccessible page.
///
/// A write outside the elements is found by `checkGuards`, a read beyond the slack faults.
final class GuardedBuffer<Element> {
    private static var frontBytes: Int { 128 }
    private static var pattern: UInt8 { 0xA5 }

    let count: Int
    private let mapping: UnsafeMutableRawPointer
    private let mappedBytes: Int
    private let slackBytes: Int
    let base: UnsafeMutablePointer<Element>

    /// Maps `count` elements with `slackBytes` readable bytes behind them.
    init(count: Int, slackBytes: Int = 0) throws {
        let page = sysconf(Int32(_SC_PAGESIZE))
        let bytes = Self.frontBytes + count * MemoryLayout<Element>.stride + slackBytes
        let usable = (bytes + page - 1) / page * page
        mappedBytes = usable + page
        guard let mapping = mmap(nil, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            mapping != MAP_FAILED, mprotect(mapping + usable, page, PROT_NONE) == 0
        else { throw AllocationError() }
        self.mapping = mapping
        self.count = count
        self.slackBytes = slackBytes
        let start = mapping + (usable - slackBytes - count * MemoryLayout<Element>.stride)
        base = start.bindMemory(to: Element.self, capacity: count)
        memset(start - Self.frontBytes, Int32(Self.pattern), Self.frontBytes)
        memset(start, Int32(Self.pattern), count * MemoryLayout<Element>.stride + slackBytes)
    }

    convenience init(_ elements: [Element], slackBytes: Int = 0) throws {
        try self.init(count: elements.count, slackBytes: slackBytes)
        elements.withUnsafeBufferPointer { source in
            if let first = source.baseAddress { base.update(from: first, count: count) }
        }
    }

    deinit { munmap(mapping, mappedBytes) }

    var elements: [Element] { Array(UnsafeBufferPointer(start: base, count: count)) }

    /// Whether the bytes before the elements and the slack behind them are as they were made.
    var guardsAreIntact: Bool {
        let start = UnsafeRawPointer(base)
        let end = start + count * MemoryLayout<Element>.stride
        let front = UnsafeRawBufferPointer(start: start - Self.frontBytes, count: Self.frontBytes)
        return front.allSatisfy { $0 == Self.pattern }
            && UnsafeRawBufferPointer(start: end, count: slackBytes).allSatisfy { $0 == Self.pattern }
    }
}

/// Rows of bytes at a stride, with garbage between them and in the slack: nothing of it may reach a result.
struct StridedRows {
    let buffer: GuardedBuffer<UInt8>
    let rows, columns, stride: Int

    /// Lays out dense [rows][columns] values.
    init(_ values: [UInt8], columns: Int, stride: Int, garbage: inout RandomNumbers) throws {
        rows = values.count / columns
        self.columns = columns
        self.stride = stride
        // The last row ends with its last column: what follows is slack, not row padding.
        buffer = try GuardedBuffer(count: max(0, rows - 1) * stride + columns, slackBytes: 64)
        for index in 0..<buffer.count + 64 { buffer.base[index] = garbage.byte() }
        for row in 0..<rows {
            for column in 0..<columns { buffer.base[row * stride + column] = values[row * columns + column] }
        }
    }

    /// Records an issue if the rows, written to in place, are not what is expected.
    func compare(to expected: [UInt8], _ what: @autoclosure () -> String) {
        for row in 0..<rows {
            for column in 0..<columns where buffer.base[row * stride + column] != expected[row * columns + column] {
                let (value, right) = (buffer.base[row * stride + column], expected[row * columns + column])
                Issue.record("\(what()) in place: row \(row) column \(column) is \(value), expected \(right)")
                return
            }
        }
    }

    func row(_ index: Int) -> UnsafePointer<UInt8> { UnsafePointer(buffer.base + index * stride) }
}

/// Output rows at a stride; what lies between and around them must stay as it was.
struct OutputRows {
    let buffer: GuardedBuffer<UInt8>
    let rows, columns, stride: Int
    private static var untouched: UInt8 { 0xA5 }

    init(rows: Int, columns: Int, stride: Int) throws {
        self.rows = rows
        self.columns = columns
        self.stride = stride
        buffer = try GuardedBuffer(count: (rows - 1) * stride + columns)
    }

    /// The results, dense.
    var values: [UInt8] {
        var dense: [UInt8] = []
        dense.reserveCapacity(rows * columns)
        for row in 0..<rows {
            dense.append(contentsOf: UnsafeBufferPointer(start: buffer.base + row * stride, count: columns))
        }
        return dense
    }

    /// Records an issue if a result differs or anything outside the results was written.
    func compare(to expected: [UInt8], _ what: @autoclosure () -> String) {
        let values = values
        if let wrong = values.indices.first(where: { values[$0] != expected[$0] }) {
            let place = "row \(wrong / columns) column \(wrong % columns)"
            Issue.record("\(what()): \(place) is \(values[wrong]), expected \(expected[wrong])")
        }
        if !surroundingsAreIntact { Issue.record("\(what()): wrote outside its output") }
    }

    /// Whether nothing outside the results was written.
    var surroundingsAreIntact: Bool {
        guard buffer.guardsAreIntact else { return false }
        for row in 0..<max(0, rows - 1) {
            for column in columns..<stride where buffer.base[row * stride + column] != Self.untouched { return false }
        }
        return true
    }
}

struct AllocationError: Error {}
