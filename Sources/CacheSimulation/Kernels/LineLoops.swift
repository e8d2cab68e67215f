import KernelInterface

/// The order in which a depthwise convolution over lines goes through its operands, as data.
///
/// A block of channels after another: its weights are interleaved in stack memory, then for each line, or two that share
/// their rows, a stretch of columns, then pixels read from there.
struct DepthwiseLineLoops: Sendable {
    /// The kernel's name.
    let name: String
    /// Channels at once.
    let channels: Int
    /// Rows of a column interleaved together, and what they take.
    let rowsAtOnce: Int
    let groupBytes: Int
    /// Where columns begin behind the weights, and bytes of columns at most.
    let weightBytes: Int
    let columnBytes: Int
    /// Where half of the channels or fewer are left, the halves of a line are computed side by side.
    var pairsHalves = false

    /// Touches what a convolution reads and writes.
    func touch(_ a: DepthwiseLinesArguments, _ recorder: AccessRecorder) {
        for channel in stride(from: 0, to: a.channels, by: channels) { touch(a, channel, recorder) }
    }

    private func touch(_ a: DepthwiseLinesArguments, _ channel: Int, _ recorder: AccessRecorder) {
        let window = a.window
        let groups = (window.kernelHeight + rowsAtOnce - 1) / rowsAtOnce
        let doubles =
            window.dilationHeight == 1
            && (window.kernelHeight + window.strideHeight + rowsAtOnce - 1) / rowsAtOnce == groups
        recorder.touch(a.bias + channel, channels * 4)
        recorder.touch(a.multipliers + channel, channels * 4)
        for tap in 0..<window.kernelHeight * window.kernelWidth {
            recorder.touch(a.weights + (tap * a.paddedChannels + channel), channels)
        }
        let weights = window.kernelWidth * groups * (doubles ? 2 : 1) * groupBytes
        recorder.touch(recorder.stack, weights)
        let most = (max(columnBytes / (groups * groupBytes), 64) - window.columnSpan) / window.strideWidth + 1
        let isPaired = pairsHalves && a.channels - channel <= channels / 2
        let half = isPaired ? (a.pixels + 1) / 2 : a.pixels
        let shift = a.pixels - half
        let stored = min(channels, a.channels - channel)
        var line = 0
        while line < a.lines {
            let lines = doubles && line + 1 < a.lines ? 2 : 1
            for pixel in stride(from: 0, to: half, by: most) {
                let pixels = min(most, half - pixel)
                interleave(a, channel, line, lines, pixel, pixels, isPaired ? shift : nil, recorder)
                for index in 0..<pixels {
                    let columns = recorder.stack + weightBytes + index * window.strideWidth * groups * groupBytes
                    recorder.touch(columns, window.columnSpan * groups * groupBytes)
                    recorder.touch(recorder.stack, weights)
                    for row in line..<(line + lines) {
                        let output = a.output + (row * a.outputRowStride + channel)
                        recorder.touch(output + (pixel + index) * a.outputPixelStride, stored)
                        if isPaired { recorder.touch(output + (pixel + index + shift) * a.outputPixelStride, stored) }
                    }
                }
            }
            line += lines
        }
    }

    /// The columns that `pixels` output pixels from `pixel` on need, and those `shift` pixels further where there is one.
    private func interleave(
        _ a: DepthwiseLinesArguments,
        _ channel: Int,
        _ line: Int,
        _ lines: Int,
        _ pixel: Int,
        _ pixels: Int,
        _ shift: Int?,
        _ recorder: AccessRecorder
    ) {
        let window = a.window
        let top = (a.firstLine + line) * window.strideHeight - window.padTop
        let rows = window.kernelHeight + (lines - 1) * window.strideHeight
        let groups = (window.kernelHeight + rowsAtOnce - 1) / rowsAtOnce
        let first = pixel * window.strideWidth - window.padLeft
        let bytes = min(channels, a.channels - channel)
        for group in 0..<groups {
            for column in 0..<((pixels - 1) * window.strideWidth + window.columnSpan) {
                for row in group * rowsAtOnce..<min((group + 1) * rowsAtOnce, rows) {
                    let y = top + row * window.dilationHeight
                    touchInput(a, channel, y, first + column, bytes, recorder)
                    if let shift {
                        touchInput(a, channel, y, first + column + shift * window.strideWidth, bytes, recorder)
                    }
                }
                recorder.touch(recorder.stack + weightBytes + (column * groups + group) * groupBytes, groupBytes)
            }
        }
    }

    private func touchInput(
        _ a: DepthwiseLinesArguments,
        _ channel: Int,
        _ y: Int,
        _ x: Int,
        _ bytes: Int,
        _ recorder: AccessRecorder
    ) {
        let isInside = y >= 0 && y < a.height && x >= 0 && x < a.width
        let place = isInside ? a.input + (y * a.inputRowStride + x * a.inputPixelStride) : a.padding
        recorder.touch(place + channel, bytes)
    }
}
