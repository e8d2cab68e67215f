import KernelInterface
import NetworkGraph
import Quantization

#if canImport(Glibc)
    import Glibc
#endif

/// Copies the windows of an NHWC image into rows, (window row, window column, channel) within a row; padding becomes
/// the input's zero point (im2col).
struct WindowGather {
    private let base: UnsafePointer<UInt8>
    private let pixelStride: Int
    private let height: Int
    private let width: Int
    private let outputHeight: Int
    private let outputWidth: Int
    private let window: Window
    private let channels: Int
    private let zeroPoint: UInt8
    private let rowStride: Int
    /// Neighbouring columns of a window follow each other in memory.
    private let hasAdjacentColumns: Bool

    init(
        _ step: PlanStep,
        _ input: PlanTensor,
        _ output: PlanTensor,
        base: UnsafeMutablePointer<UInt8>,
        rowStride: Int
    ) {
        self.base = UnsafePointer(base)
        self.rowStride = rowStride
        pixelStride = input.pixelStride
        height = input.height
        width = input.width
        outputHeight = output.height
        outputWidth = output.width
        window = step.window
        channels = input.channels / step.groups
        zeroPoint = UInt8(truncatingIfNeeded: input.quantization.engineZeroPoint)
        hasAdjacentColumns = input.isContiguous && step.groups == 1 && step.window.dilationWidth == 1
    }

    /// Gathers the windows of output pixels `row ..< row + count`, counted over all images.
    ///
    /// Copies go by 16 bytes: up to 15 bytes behind the end of the last row are written too.
    func run(row: Int, count: Int, channel: Int, into rows: UnsafeMutablePointer<UInt8>) {
        var (line, column) = row.quotientAndRemainder(dividingBy: outputWidth)
        for index in 0..<count {
            let (image, outputRow) = line.quotientAndRemainder(dividingBy: outputHeight)
            gather(image, outputRow, column, channel, into: rows + index &* rowStride)
            column &+= 1
            if column == outputWidth {
                column = 0
                line &+= 1
            }
        }
    }

    @inline(__always)
    private func gather(
        _ image: Int,
        _ outputRow: Int,
        _ outputColumn: Int,
        _ channel: Int,
        into row: UnsafeMutablePointer<UInt8>
    ) {
        let kernelWidth = window.kernelWidth
        let lineBytes = kernelWidth &* channels
        let x = outputColumn &* window.strideWidth &- window.padLeft
        var y = outputRow &* window.strideHeight &- window.padTop
        var target = row
        for _ in 0..<window.kernelHeight {
            if y < 0 || y >= height {
                memset(target, Int32(zeroPoint), lineBytes)
            } else {
                let line = base + ((image &* height &+ y) &* width &* pixelStride &+ channel)
                if hasAdjacentColumns, x >= 0, x &+ kernelWidth <= width {
                    copyBytes(line + x &* pixelStride, to: target, count: lineBytes)
                } else {
                    gatherLine(line, x, into: target)
                }
            }
            y &+= window.dilationHeight
            target += lineBytes
        }
    }

    private func gatherLine(_ line: UnsafePointer<UInt8>, _ start: Int, into target: UnsafeMutablePointer<UInt8>) {
        var x = start
        var target = target
        for _ in 0..<window.kernelWidth {
            if x < 0 || x >= width {
                memset(target, Int32(zeroPoint), channels)
            } else {
                copyBytes(line + x &* pixelStride, to: target, count: channels)
            }
            x &+= window.dilationWidth
            target += channels
        }
    }
}

extension WindowGather {
    /// Tells an observer what `run` has read and written.
    func report(
        row: Int,
        count: Int,
        channel: Int,
        into rows: UnsafeMutablePointer<UInt8>,
        to observer: AccessObserver
    ) {
        let lineBytes = window.kernelWidth &* channels
        for index in 0..<count {
            let (line, column) = (row &+ index).quotientAndRemainder(dividingBy: outputWidth)
            let (image, outputRow) = line.quotientAndRemainder(dividingBy: outputHeight)
            var target = rows + index &* rowStride
            for windowRow in 0..<window.kernelHeight {
                let y = outputRow &* window.strideHeight &- window.padTop &+ windowRow &* window.dilationHeight
                if y >= 0, y < height {
                    let first = base + ((image &* height &+ y) &* width &* pixelStride &+ channel)
                    for tap in 0..<window.kernelWidth {
                        let x = column &* window.strideWidth &- window.padLeft &+ tap &* window.dilationWidth
                        if x >= 0, x < width { observer.touch(first + x &* pixelStride, channels) }
                    }
                }
                observer.touch(target, lineBytes)
                target += lineBytes
            }
        }
    }
}

/// Copies bytes 16 at a time, reading and writing up to 15 behind the end; long runs by `memcpy`.
@inline(__always)
func copyBytes(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    if count >= 512 {
        memcpy(target, source, count)
        return
    }
    let from = UnsafeRawPointer(source)
    let to = UnsafeMutableRawPointer(target)
    var index = 0
    while index < count {
        let bytes = from.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
        to.storeBytes(of: bytes, toByteOffset: index, as: SIMD16<UInt8>.self)
        index &+= 16
    }
}
