import KernelInterface

/// The order in which a depthwise convolution goes through its operands, as data.
struct DepthwiseLoops: Sendable {
    /// The kernel's name.
    let name: String
    /// Channels at once.
    let channels: Int
    /// Where weights are read while pixels pass by.
    enum Weights: Sendable {
        /// Where they lie, all channels of a pixel before the next pixel.
        case inPlace
        /// In stack memory, prepared once a block of channels: so many bytes for so many taps.
        case prepared(bytes: Int, taps: Int)
    }
    let weights: Weights
    /// Where half of the channels or fewer are left, two pixels are computed at once.
    var pairsPixels = false

    /// Touches what a convolution reads and writes.
    func touch(_ a: DepthwiseArguments, _ recorder: AccessRecorder) {
        guard case .prepared(let groupBytes, let groupTaps) = weights else {
            for pixel in 0..<a.pixels {
                for channel in stride(from: 0, to: a.channels, by: channels) {
                    touchBlockConstants(a, channel, recorder)
                    touchPixels(a, pixel..<(pixel + 1), channel, recorder) { tap in
                        recorder.touch(a.weights + (tap * a.paddedChannels + channel), channels)
                    }
                }
            }
            return
        }
        let fits = (a.tapCount + groupTaps - 1) / groupTaps * groupBytes <= AccessRecorder.smallStackBytes
        for channel in stride(from: 0, to: a.channels, by: channels) {
            touchBlockConstants(a, channel, recorder)
            for tap in 0..<(fits ? a.tapCount : 0) {
                recorder.touch(a.weights + (tap * a.paddedChannels + channel), channels)
                if tap % groupTaps == 0 { recorder.touch(recorder.stack + tap / groupTaps * groupBytes, groupBytes) }
            }
            let isPaired = pairsPixels && a.channels - channel <= channels / 2
            for pixel in stride(from: 0, to: a.pixels, by: isPaired ? 2 : 1) {
                let pixels = pixel..<min(pixel + (isPaired ? 2 : 1), a.pixels)
                touchPixels(a, pixels, channel, recorder) { tap in
                    if !fits {
                        recorder.touch(a.weights + (tap * a.paddedChannels + channel), channels)
                    } else if tap % groupTaps == 0 {
                        recorder.touch(recorder.stack + tap / groupTaps * groupBytes, groupBytes)
                    }
                }
            }
        }
    }

    private func touchBlockConstants(_ a: DepthwiseArguments, _ channel: Int, _ recorder: AccessRecorder) {
        recorder.touch(a.bias + channel, channels * 4)
        recorder.touch(a.multipliers + channel, channels * 4)
    }

    private func touchPixels(
        _ a: DepthwiseArguments,
        _ pixels: Range<Int>,
        _ channel: Int,
        _ recorder: AccessRecorder,
        touchingWeights: (_ tap: Int) -> Void
    ) {
        let bytes = pixels.count > 1 ? channels / 2 : channels
        for tap in 0..<a.tapCount {
            for pixel in pixels {
                let pointer = a.taps + (pixel * a.tapCount + tap)
                recorder.touch(pointer, MemoryLayout<UnsafePointer<UInt8>>.size)
                recorder.touch(pointer.pointee + channel, bytes)
            }
            touchingWeights(tap)
        }
        for pixel in pixels {
            recorder.touch(a.output + (pixel * a.outputPixelStride + channel), min(channels, a.channels - channel))
        }
    }
}

/// The order in which pools go through their operands: pixels, then channels, then taps.
struct PoolLoops: Sendable {
    /// Channels at once.
    let channels: Int

    /// Touches what a pool reads and writes.
    func touch(_ a: PoolArguments, _ recorder: AccessRecorder) {
        for pixel in 0..<a.pixels {
            if let multipliers = a.multipliers { recorder.touch(multipliers + pixel, 4) }
            for channel in stride(from: 0, to: a.channels, by: channels) {
                for tap in 0..<a.tapCount {
                    let pointer = a.taps + (pixel * a.tapCount + tap)
                    recorder.touch(pointer, MemoryLayout<UnsafePointer<UInt8>>.size)
                    recorder.touch(pointer.pointee + channel, channels)
                }
                let count = min(channels, a.channels - channel)
                recorder.touch(a.output + (pixel * a.outputPixelStride + channel), count)
            }
        }
    }
}
