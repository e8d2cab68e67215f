import KernelInterface
import NetworkGraph
import Quantization

#if canImport(Glibc)
    import Glibc
#endif

/// Copies the columns under a line of windows, each column's pixels one below the other: (column, window row, channel).
///
/// A window is then kernelWidth consecutive columns, and the next window the same bytes a stride further: rows of the
/// matrix overlap, and a 3x3 window costs 3 copies of a pixel instead of 9. Padding becomes the input's zero point.
struct StripGather {
    private let base: UnsafePointer<UInt8>
    private let pixelStride: Int
    private let height: Int
    private let width: Int
    private let outputHeight: Int
    private let outputWidth: Int
    private let window: Window
    private let channels: Int
    private let zeroPoint: UInt8
    /// Windows of a line whose columns are in scratch memory at once.
    private let segments: Blocks

    /// Bytes of a strip that stay in the first-level cache.
    private static let stripBytes = 32 * 1024

    init(_ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor, base: UnsafeMutablePointer<UInt8>) {
        self.base = UnsafePointer(base)
        pixelStride = input.pixelStride
        height = input.height
        width = input.width
        outputHeight = output.height
        outputWidth = output.width
        window = step.window
        channels = input.channels / step.groups
        zeroPoint = UInt8(truncatingIfNeeded: input.quantization.engineZeroPoint)
        let columns = max(Self.stripBytes / (window.kernelHeight * channels) - window.kernelWidth, 0)
        let pieces = output.width.pieces(of: columns / window.strideWidth + 1)
        segments = Blocks(output.width, size: output.width.pieces(of: pieces))
    }

    private var columnBytes: Int { window.kernelHeight &* channels }

    /// Bytes from one window to the next.
    var rowStride: Int { window.strideWidth * columnBytes }

    var scratchBytes: Int { ((segments.size - 1) * window.strideWidth + window.kernelWidth) * columnBytes }

    /// Calls with the first row, counted from `row`, and the number of rows of each piece once it is in `strip`.
    ///
    /// `row` and `count` are whole lines of windows, counted over all images. Copies go by 16 bytes: up to 15 bytes
    /// behind the end of a strip are written too.
    @inline(__always)
    func run(
        row: Int,
        count: Int,
        channel: Int,
        into strip: UnsafeMutablePointer<UInt8>,
        _ observer: AccessObserver?,
        _ body: (_ offset: Int, _ count: Int) -> Void
    ) {
        let first = row / outputWidth
        for index in 0..<(count / outputWidth) {
            let (image, outputRow) = (first &+ index).quotientAndRemainder(dividingBy: outputHeight)
            for segment in 0..<segments.count {
                let (start, count) = segments.block(segment)
                fill(strip, image, outputRow, start, count, channel)
                if let observer { report(strip, image, outputRow, start, count, channel, to: observer) }
                body(index &* outputWidth &+ start, count)
            }
        }
    }

    private func fill(
        _ strip: UnsafeMutablePointer<UInt8>,
        _ image: Int,
        _ outputRow: Int,
        _ outputColumn: Int,
        _ count: Int,
        _ channel: Int
    ) {
        let lineStride = width &* pixelStride
        let rowStep = window.dilationHeight &* lineStride
        let top = outputRow &* window.strideHeight &- window.padTop
        let left = outputColumn &* window.strideWidth &- window.padLeft
        // Window rows above, inside and below the image.
        let above = top >= 0 ? 0 : min((0 &- top).pieces(of: window.dilationHeight), window.kernelHeight)
        let reached = top >= height ? 0 : (height &- top).pieces(of: window.dilationHeight)
        let inside = max(min(reached, window.kernelHeight) &- above, 0)
        let below = window.kernelHeight &- above &- inside
        let firstRow = base + ((image &* height &+ top) &* lineStride &+ above &* rowStep &+ channel)
        let columns = (count &- 1) &* window.strideWidth &+ window.kernelWidth
        // Columns before `start` and from `end` on lie in the padding.
        let start = min(max(0 &- left, 0), columns)
        let end = max(min(width &- left, columns), start)
        memset(strip, Int32(zeroPoint), start &* columnBytes)
        let first = firstRow + (left &+ start) &* pixelStride
        let target = strip + start &* columnBytes
        switch (inside == window.kernelHeight && channels <= 4, inside) {
        case (true, 3): copyColumns(first, rows: 3, step: rowStep, count: end &- start, to: target)
        case (true, 5): copyColumns(first, rows: 5, step: rowStep, count: end &- start, to: target)
        case (true, 7): copyColumns(first, rows: 7, step: rowStep, count: end &- start, to: target)
        default:
            for column in 0..<(end &- start) {
                let target = target + column &* columnBytes
                if above > 0 { memset(target, Int32(zeroPoint), above &* channels) }
                copy(first + column &* pixelStride, step: rowStep, count: inside, to: target + above &* channels)
                let lowest = target + (above &+ inside) &* channels
                if below > 0 { memset(lowest, Int32(zeroPoint), below &* channels) }
            }
        }
        memset(strip + end &* columnBytes, Int32(zeroPoint), (columns &- end) &* columnBytes)
    }

    /// Copies `count` columns of `rows` (a constant) pixels with few channels: a load and a store each, no loop.
    @inline(__always)
    private func copyColumns(
        _ first: UnsafePointer<UInt8>,
        rows: Int,
        step: Int,
        count: Int,
        to target: UnsafeMutablePointer<UInt8>
    ) {
        if channels == 3 {
            copyColumns(first, rows: rows, channels: 3, step: step, count: count, to: target)
        } else {
            copyColumns(first, rows: rows, channels: channels, step: step, count: count, to: target)
        }
    }

    @inline(__always)
    private func copyColumns(
        _ first: UnsafePointer<UInt8>,
        rows: Int,
        channels: Int,
        step: Int,
        count: Int,
        to start: UnsafeMutablePointer<UInt8>
    ) {
        let pixelStride = pixelStride
        var source = UnsafeRawPointer(first)
        var target = UnsafeMutableRawPointer(start)
        for _ in 0..<count {
            // Each store's fourth byte is the next one's first.
            move(source, target)
            if rows > 1 { move(source + step, target + channels) }
            if rows > 2 { move(source + 2 &* step, target + 2 &* channels) }
            if rows > 3 { move(source + 3 &* step, target + 3 &* channels) }
            if rows > 4 { move(source + 4 &* step, target + 4 &* channels) }
            if rows > 5 { move(source + 5 &* step, target + 5 &* channels) }
            if rows > 6 { move(source + 6 &* step, target + 6 &* channels) }
            source += pixelStride
            target += rows &* channels
        }
    }

    @inline(__always)
    private func move(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
        target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
    }

    /// Copies so many pixels, `step` bytes apart, one behind the other.
    @inline(__always)
    private func copy(_ first: UnsafePointer<UInt8>, step: Int, count: Int, to start: UnsafeMutablePointer<UInt8>) {
        var source = UnsafeRawPointer(first)
        var target = UnsafeMutableRawPointer(start)
        if channels <= 4 {
            for _ in 0..<count {
                target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
                source += step
                target += channels
            }
        } else {
            for _ in 0..<count {
                copyBytes(
                    source.assumingMemoryBound(to: UInt8.self),
                    to: target.assumingMemoryBound(to: UInt8.self),
                    count: channels
                )
                source += step
                target += channels
            }
        }
    }
}

extension StripGather {
    /// Tells an observer what `fill` has read and written.
    private func report(
        _ strip: UnsafeMutablePointer<UInt8>,
        _ image: Int,
        _ outputRow: Int,
        _ outputColumn: Int,
        _ count: Int,
        _ channel: Int,
        to observer: AccessObserver
    ) {
        let top = outputRow &* window.strideHeight &- window.padTop
        let left = outputColumn &* window.strideWidth &- window.padLeft
        for column in 0..<((count &- 1) &* window.strideWidth &+ window.kernelWidth) {
            let x = left &+ column
            for row in 0..<window.kernelHeight {
                let y = top &+ row &* window.dilationHeight
                guard x >= 0, x < width, y >= 0, y < height else { continue }
                let pixel = (image &* height &+ y) &* width &+ x
                observer.touch(base + (pixel &* pixelStride &+ channel), channels)
            }
            observer.touch(strip + column &* columnBytes, columnBytes)
        }
    }
}
