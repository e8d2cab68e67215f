import KernelInterface

#if canImport(Glibc)
    import Glibc
#endif

/// The axes of a rearrangement that one loop goes through.
struct RearrangePlane {
    typealias Axis = RearrangeStep.Axis

    private enum Form {
        /// Rows of bytes that lie together on both sides.
        case runs
        /// Columns lie together in the output and rows in the input: squares of bytes are transposed.
        case tiles
        /// Two columns a row, side by side in the output.
        case pairs
        /// The same with up to 15.
        case few
        /// Anything else.
        case elements
    }

    private let form: Form
    private let rows: AxisPair
    private let columns: AxisPair
    /// Whether pieces are runs of rows, not of columns.
    private let cutsRows: Bool

    /// Elements of the axis that planes may be cut along.
    var cutCount: Int { cutsRows ? rows.count : columns.count }
    /// What the size of a piece is to be a multiple of.
    var cutUnit: Int { cutsRows && form == .runs ? 1 : 64 }

    /// Takes the plane's axes off the list, whose order is the output's.
    init(takingFrom axes: inout [Axis]) {
        let last = axes.removeLast()
        var columns = AxisPair(last)
        if last.table == nil, last.input == 1, last.output == 1 {
            form = .runs
            rows = AxisPair(axes.popLast() ?? Axis())
            self.columns = columns
            cutsRows = rows.count > 1
            return
        }
        let isPlain = last.table == nil && axes.allSatisfy { $0.table == nil }
        guard isPlain, last.output == 1, var dense = axes.firstIndex(where: { $0.input == 1 }) else {
            // The longer axis makes the inner loop.
            let other = AxisPair(axes.popLast() ?? Axis())
            (rows, self.columns) = other.count > columns.count ? (columns, other) : (other, columns)
            form = .elements
            cutsRows = rows.count > self.columns.count
            return
        }
        if columns.count < TransposedTile.extent, dense < axes.count - 1, let outer = axes.last,
            outer.output == last.count
        {
            columns = AxisPair(outer: outer, inner: last)
            axes.removeLast()
        }
        var rows = AxisPair(axes[dense])
        if rows.count < TransposedTile.extent, let next = axes.firstIndex(where: { $0.input == rows.count }),
            next != dense
        {
            rows = AxisPair(outer: axes[next], inner: axes[dense])
            axes.remove(at: next)
            if next < dense { dense -= 1 }
        }
        axes.remove(at: dense)
        self.rows = rows
        self.columns = columns
        cutsRows = rows.count > columns.count
        if rows.count >= TransposedTile.extent, columns.count >= TransposedTile.extent {
            form = .tiles
        } else {
            let isDense = rows.isSingle && columns.isSingle && rows.inner.output == columns.count && cutsRows
            form = !isDense || rows.count < TransposedTile.extent ? .elements : columns.count == 2 ? .pairs : .few
        }
    }

    /// Writes one plane, or a piece of it; without a source all of it is the fill value.
    func run(
        _ source: UnsafePointer<UInt8>?,
        _ target: UnsafeMutablePointer<UInt8>,
        _ fill: UInt8,
        _ piece: Range<Int>
    ) {
        let rowRange = cutsRows ? piece : 0..<rows.count
        let columnRange = cutsRows ? 0..<columns.count : piece
        guard let source else { return fillAll(target, fill, rowRange, columnRange) }
        switch form {
        case .runs: copyRuns(source, target, fill, rowRange, columnRange)
        case .tiles: transpose(source, target, rowRange, columnRange)
        case .pairs:
            let left = source + rowRange.lowerBound
            let right = left + columns.inner.input
            interleave(left, right, into: target + 2 &* rowRange.lowerBound, rowRange.count)
        case .few: interleaveFew(source, target, rowRange)
        case .elements: copyElements(source, target, fill, rowRange, columnRange)
        }
    }

    /// Whether planes may go by `interleaveLines`.
    var interleavesLines: Bool { form == .pairs && rows.count >= 16 }

    /// Writes `count` planes that follow each other at even distances: short ones are over sooner than a call.
    func interleaveLines(
        _ source: UnsafePointer<UInt8>,
        _ target: UnsafeMutablePointer<UInt8>,
        count: Int,
        sourceStep: Int,
        targetStep: Int
    ) {
        interleave(
            source,
            source + columns.inner.input,
            into: target,
            rows.count,
            lines: count,
            sourceStep: sourceStep,
            targetStep: targetStep
        )
    }

    /// Squares of which some columns are to be kept; the next row's store covers the rest of this one's.
    private func interleaveFew(
        _ source: UnsafePointer<UInt8>,
        _ target: UnsafeMutablePointer<UInt8>,
        _ rowRange: Range<Int>
    ) {
        let (count, step, extent) = (columns.count, columns.inner.input, TransposedTile.extent)
        // The last row of the last square must not store behind the piece.
        let last = rowRange.upperBound &- (extent &- 1) &- extent.pieces(of: count)
        var row = rowRange.lowerBound
        while row <= last {
            let start = source + row
            let end = target + row &* count
            var tile = TransposedTile { start + min($0, count &- 1) &* step }
            tile.transpose()
            tile.store { end + $0 &* count }
            row = row == last ? last &+ extent : min(row &+ extent, last)
        }
        copyElements(source, target, 0, row..<rowRange.upperBound, 0..<count)
    }

    private func fillAll(
        _ target: UnsafeMutablePointer<UInt8>,
        _ fill: UInt8,
        _ rowRange: Range<Int>,
        _ columnRange: Range<Int>
    ) {
        for row in rowRange {
            let line = target + rows.output(row)
            for column in columnRange { line[columns.output(column)] = fill }
        }
    }

    /// Rows that follow each other on both sides are copied at once, and so are rows of the fill value.
    private func copyRuns(
        _ source: UnsafePointer<UInt8>,
        _ target: UnsafeMutablePointer<UInt8>,
        _ fill: UInt8,
        _ rowRange: Range<Int>,
        _ columnRange: Range<Int>
    ) {
        let isDense = rows.inner.output == columns.count && columnRange.count == columns.count
        var row = rowRange.lowerBound
        while row < rowRange.upperBound {
            let offset = rows.input(row)
            let step = offset < 0 ? 0 : columns.count
            var end = row &+ 1
            if isDense {
                var expected = offset &+ step
                while end < rowRange.upperBound, rows.input(end) == expected {
                    expected &+= step
                    end &+= 1
                }
            }
            let bytes = (end &- row &- 1) &* columns.count &+ columnRange.count
            let place = target + (rows.output(row) &+ columnRange.lowerBound)
            if offset < 0 {
                memset(place, Int32(fill), bytes)
            } else {
                copy(source + (offset &+ columnRange.lowerBound), place, bytes)
            }
            row = end
        }
    }

    /// A few bytes cost less without a call.
    @inline(__always)
    private func copy(_ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, _ count: Int) {
        if count > 8 {
            memmove(target, source, count)
        } else {
            var index = 0
            while index < count {
                target[index] = source[index]
                index &+= 1
            }
        }
    }

    private func copyElements(
        _ source: UnsafePointer<UInt8>,
        _ target: UnsafeMutablePointer<UInt8>,
        _ fill: UInt8,
        _ rowRange: Range<Int>,
        _ columnRange: Range<Int>
    ) {
        let isPlain = columns.isSingle && columns.inner.table == nil
        for row in rowRange {
            let offset = rows.input(row)
            let line = target + rows.output(row)
            if isPlain, offset >= 0 {
                let (from, to) = (columns.inner.input, columns.inner.output)
                let first = source + offset
                for column in columnRange { line[column &* to] = first[column &* from] }
            } else {
                for column in columnRange {
                    let own = columns.input(column)
                    line[columns.output(column)] = offset < 0 || own < 0 ? fill : source[offset &+ own]
                }
            }
        }
    }

    /// Squares of 16 rows and columns; the last ones overlap those before where there are 16 at all.
    private func transpose(
        _ source: UnsafePointer<UInt8>,
        _ target: UnsafeMutablePointer<UInt8>,
        _ rowRange: Range<Int>,
        _ columnRange: Range<Int>
    ) {
        let extent = TransposedTile.extent
        guard rowRange.count >= extent, columnRange.count >= extent else {
            return copyElements(source, target, 0, rowRange, columnRange)
        }
        var column = columnRange.lowerBound
        while column < columnRange.upperBound {
            let first = min(column, columnRange.upperBound &- extent)
            if columns.isContained(first, extent), rows.isSingle {
                // Even distances on both sides.
                let (from, to) = (columns.inner.input, rows.inner.output)
                let start = source + columns.input(first)
                var row = rowRange.lowerBound
                while row < rowRange.upperBound {
                    let top = min(row, rowRange.upperBound &- extent)
                    let end = target + (first &+ top &* to)
                    var tile = TransposedTile { start + (top &+ $0 &* from) }
                    tile.transpose()
                    tile.store { end + $0 &* to }
                    row &+= extent
                }
            } else {
                var row = rowRange.lowerBound
                while row < rowRange.upperBound {
                    let top = min(row, rowRange.upperBound &- extent)
                    var tile = TransposedTile { source + (top &+ columns.input(first &+ $0)) }
                    tile.transpose()
                    tile.store { target + (first &+ rows.output(top &+ $0)) }
                    row &+= extent
                }
            }
            column &+= extent
        }
    }
}

extension RearrangePlane {
    /// Tells an observer what `run` has read and written, in its order; what overlapping squares touch twice counts once.
    func report(
        _ source: UnsafePointer<UInt8>?,
        _ target: UnsafeMutablePointer<UInt8>,
        _ piece: Range<Int>,
        to observer: AccessObserver
    ) {
        let rowRange = cutsRows ? piece : 0..<rows.count
        let columnRange = cutsRows ? 0..<columns.count : piece
        if form == .tiles {
            let extent = TransposedTile.extent
            for column in stride(from: columnRange.lowerBound, to: columnRange.upperBound, by: extent) {
                let width = column..<min(column &+ extent, columnRange.upperBound)
                for row in stride(from: rowRange.lowerBound, to: rowRange.upperBound, by: extent) {
                    let height = row..<min(row &+ extent, rowRange.upperBound)
                    if let source {
                        for column in width {
                            observer.touch(source + (columns.input(column) &+ rows.input(row)), height.count)
                        }
                    }
                    for row in height {
                        observer.touch(target + (rows.output(row) &+ columns.output(column)), width.count)
                    }
                }
            }
            return
        }
        for row in rowRange {
            let offset = rows.input(row)
            if form == .runs {
                if let source, offset >= 0 {
                    observer.touch(source + (offset &+ columnRange.lowerBound), columnRange.count)
                }
                observer.touch(target + (rows.output(row) &+ columnRange.lowerBound), columnRange.count)
                continue
            }
            for column in columnRange {
                let own = columns.input(column)
                if let source, offset >= 0, own >= 0 { observer.touch(source + (offset &+ own), 1) }
                observer.touch(target + (rows.output(row) &+ columns.output(column)), 1)
            }
        }
    }
}

/// One axis, or two that lie next to each other on the side that matters.
struct AxisPair {
    typealias Axis = RearrangeStep.Axis

    let outer: Axis
    let inner: Axis
    let count: Int
    let isSingle: Bool

    init(_ axis: Axis) {
        (outer, inner, count, isSingle) = (Axis(), axis, axis.count, true)
    }

    init(outer: Axis, inner: Axis) {
        (self.outer, self.inner, count, isSingle) = (outer, inner, outer.count * inner.count, false)
    }

    /// Where an element lies in the input, negative for the fill value; pairs have no tables.
    @inline(__always)
    func input(_ index: Int) -> Int {
        if isSingle { return inner.offset(index) }
        let (quotient, remainder) = index.quotientAndRemainder(dividingBy: inner.count)
        return quotient &* outer.input &+ remainder &* inner.input
    }

    /// Where an element lies in the output.
    @inline(__always)
    func output(_ index: Int) -> Int {
        if isSingle { return index &* inner.output }
        let (quotient, remainder) = index.quotientAndRemainder(dividingBy: inner.count)
        return quotient &* outer.output &+ remainder &* inner.output
    }

    /// Whether so many elements from one on lie at even distances.
    @inline(__always)
    func isContained(_ start: Int, _ length: Int) -> Bool {
        isSingle || start % inner.count &+ length <= inner.count
    }
}

/// target[2i] = left[i], target[2i + 1] = right[i], on so many lines; 16 at once, the last ones overlapping.
///
/// Never inlined: beside it in one function the compiler no longer keeps transposed squares in registers.
@inline(never)
private func interleave(
    _ left: UnsafePointer<UInt8>,
    _ right: UnsafePointer<UInt8>,
    into target: UnsafeMutablePointer<UInt8>,
    _ length: Int,
    lines: Int = 1,
    sourceStep: Int = 0,
    targetStep: Int = 0
) {
    if length < 16 {
        for line in 0..<lines {
            let end = target + line &* targetStep
            for index in 0..<length {
                end[2 &* index] = left[line &* sourceStep &+ index]
                end[2 &* index &+ 1] = right[line &* sourceStep &+ index]
            }
        }
        return
    }
    let last = length &- 16
    var (left, right, target) = (UnsafeRawPointer(left), UnsafeRawPointer(right), UnsafeMutableRawPointer(target))
    for _ in 0..<lines {
        var index = 0
        while true {
            var pairs = SIMD32<UInt8>()
            pairs.evenHalf = (left + index).loadUnaligned(as: SIMD16<UInt8>.self)
            pairs.oddHalf = (right + index).loadUnaligned(as: SIMD16<UInt8>.self)
            (target + 2 &* index).storeBytes(of: pairs, as: SIMD32<UInt8>.self)
            if index == last { break }
            index = min(index &+ 16, last)
        }
        left += sourceStep
        right += sourceStep
        target += targetStep
    }
}
