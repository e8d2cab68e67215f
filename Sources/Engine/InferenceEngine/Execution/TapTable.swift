import KernelInterface
import NetworkGraph
import Quantization

#if canImport(Glibc)
    import Glibc
#endif

/// Builds the tables of pointers that depthwise convolutions and pools read their windows through.
struct TapTable {
    /// What a tap in the padding points at.
    enum Padding {
        /// A row of the input's zero point.
        case zeroPoint(UInt8)
        /// The nearest tap inside the input, which changes no maximum.
        case nearest
    }

    private let base: UnsafePointer<UInt8>
    private let pixelStride: Int
    private let height: Int
    private let width: Int
    private let outputHeight: Int
    private let window: Window
    private let channels: Int
    private let padding: Padding
    /// Output pixels whose taps are in the table at once.
    let pixelsAtOnce: Int

    /// Pointers in a table, unless one pixel needs more.
    private static let tableLength = 4096

    init(
        _ step: PlanStep,
        _ input: PlanTensor,
        _ output: PlanTensor,
        base: UnsafeMutablePointer<UInt8>,
        _ padding: Padding
    ) {
        self.base = UnsafePointer(base)
        self.padding = padding
        pixelStride = input.pixelStride
        height = input.height
        width = input.width
        channels = input.channels
        outputHeight = output.height
        window = step.window
        pixelsAtOnce = min(max(Self.tableLength / step.window.elementCount, 1), output.width)
    }

    var tapCount: Int { window.elementCount }

    /// Room for the row of zero points and the table.
    var scratchBytes: Int {
        tableOffset + pixelsAtOnce * tapCount * MemoryLayout<UnsafePointer<UInt8>>.stride
    }

    private var tableOffset: Int { (channels + KernelLimits.overread).rounded(upTo: BlobBuilder.alignment) }

    /// The table's memory, after writing the row of zero points before it.
    func begin(_ scratch: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UnsafePointer<UInt8>> {
        if case .zeroPoint(let value) = padding { memset(scratch, Int32(value), channels) }
        return (scratch + tableOffset).assumingMemoryBound(to: UnsafePointer<UInt8>.self)
    }

    /// Writes the taps of `count` output pixels of one line (row of an image, counted over all images).
    func fill(
        _ table: UnsafeMutablePointer<UnsafePointer<UInt8>>,
        line: Int,
        column: Int,
        count: Int,
        _ scratch: UnsafeMutableRawPointer
    ) {
        let (image, row) = line.quotientAndRemainder(dividingBy: outputHeight)
        let first = base + image &* height &* width &* pixelStride
        let top = row &* window.strideHeight &- window.padTop
        let outside = UnsafePointer(scratch.assumingMemoryBound(to: UInt8.self))
        let left = column &* window.strideWidth &- window.padLeft
        let step = window.strideWidth &* pixelStride
        let stride = tapCount
        for tapRow in 0..<window.kernelHeight {
            let y = position(top, tapRow, window.kernelHeight, window.dilationHeight, height)
            let source = first + max(y, 0) &* width &* pixelStride
            for tapColumn in 0..<window.kernelWidth {
                let target = table + (tapRow &* window.kernelWidth &+ tapColumn)
                // Pixels before `start` and from `end` on have this tap in the padding; those between lie evenly.
                let offset = left &+ tapColumn &* window.dilationWidth
                let start = y < 0 ? count : min(offset >= 0 ? 0 : (0 &- offset).pieces(of: window.strideWidth), count)
                let reach = offset >= width ? 0 : (width &- offset).pieces(of: window.strideWidth)
                let end = max(min(reach, count), start)
                for pixel in 0..<start { target[pixel &* stride] = padded(source, y, left, tapColumn, pixel, outside) }
                var pointer = source + (offset &+ start &* window.strideWidth) &* pixelStride
                var slot = target + start &* stride
                for _ in start..<end {
                    slot.pointee = pointer
                    slot += stride
                    pointer += step
                }
                for pixel in end..<count {
                    target[pixel &* stride] = padded(source, y, left, tapColumn, pixel, outside)
                }
            }
        }
    }

    /// A tap that may lie in the padding.
    private func padded(
        _ line: UnsafePointer<UInt8>,
        _ y: Int,
        _ left: Int,
        _ tapColumn: Int,
        _ pixel: Int,
        _ outside: UnsafePointer<UInt8>
    ) -> UnsafePointer<UInt8> {
        let start = left &+ pixel &* window.strideWidth
        let x = position(start, tapColumn, window.kernelWidth, window.dilationWidth, width)
        return y < 0 || x < 0 ? outside : line + x &* pixelStride
    }

    /// Where a tap lies in an axis of the input, −1 for the row of zero points.
    @inline(__always)
    private func position(_ start: Int, _ tap: Int, _ taps: Int, _ dilation: Int, _ extent: Int) -> Int {
        let position = start &+ tap &* dilation
        if position >= 0 && position < extent { return position }
        guard case .nearest = padding else { return -1 }
        if position < 0 {
            // The first tap inside; one exists, or the plan would not have passed validation.
            return start &+ (0 &- start &+ dilation &- 1) / dilation &* dilation
        }
        return start &+ (extent &- 1 &- start) / dilation &* dilation
    }
}

extension TapTable {
    /// Tells an observer that `begin` has written the row of zero points.
    func reportBegin(_ scratch: UnsafeMutableRawPointer, to observer: AccessObserver) {
        if case .zeroPoint = padding { observer.touch(scratch, channels) }
    }

    /// Tells an observer what `fill` has written: one tap of every pixel, then the next tap.
    func reportFill(_ table: UnsafeMutablePointer<UnsafePointer<UInt8>>, count: Int, to observer: AccessObserver) {
        for tap in 0..<tapCount {
            for pixel in 0..<count {
                observer.touch(table + (pixel &* tapCount &+ tap), MemoryLayout<UnsafePointer<UInt8>>.size)
            }
        }
    }
}
