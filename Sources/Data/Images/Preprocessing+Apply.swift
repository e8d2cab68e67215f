extension Preprocessing {
    /// An image as a network's input.
    ///
    /// - Parameter image: The image as it was decoded.
    /// - Returns: channels x `cropHeight` x `cropWidth`.
    /// - Throws: `ImageError` with `tooLarge` when the image would grow beyond bounds, as a very long one may.
    public func input(from image: RGBImage) throws(ImageError) -> [Float] {
        let samples = try picture(from: image).samples
        let pixels = cropWidth * cropHeight
        var input = [Float](repeating: 0, count: channels * pixels)
        for channel in 0..<channels {
            // ToTensor and Normalize in single precision: (v / 255 − mean) / deviation.
            let table = (0..<256).map { (Float($0) / 255 - mean[channel]) / standardDeviation[channel] }
            let source = channelOrder == .rgb ? channel : 2 - channel
            for pixel in 0..<pixels {
                let sample =
                    channels == 3
                    ? samples[pixel * 3 + source]
                    : RGBSamples.luminance(
                        red: samples[pixel * 3],
                        green: samples[pixel * 3 + 1],
                        blue: samples[pixel * 3 + 2]
                    )
                input[channel * pixels + pixel] = table[Int(sample)]
            }
        }
        return input
    }

    /// The resized and cropped image; black where it is smaller than the crop.
    ///
    /// - Throws: As above.
    func picture(from image: RGBImage) throws(ImageError) -> RGBImage {
        let (width, height) = resizedExtents(width: image.width, height: image.height)
        let what = "an image of \(image.width)x\(image.height) that is resized to"
        try ImageFile.checkSize(width: width, height: height, of: what)
        // The first pass makes new columns of old rows.
        try ImageFile.checkSize(width: width, height: image.height, of: what)
        return image.resized(width: width, height: height).cropped(width: cropWidth, height: cropHeight)
    }

    private func resizedExtents(width: Int, height: Int) -> (width: Int, height: Int) {
        switch resize {
        case .none: (width, height)
        case .exact(let newWidth, let newHeight): (newWidth, newHeight)
        case .shorterSide(let side):
            // torchvision: the longer side is cut to a whole number.
            width <= height
                ? (side, max(1, side * height / width)) : (max(1, side * width / height), side)
        }
    }
}

extension RGBImage {
    /// The centre of the image as torchvision's CenterCrop cuts it, black where the image is smaller.
    ///
    /// - Parameters:
    ///   - newWidth: Columns, at least 1.
    ///   - newHeight: Rows, at least 1.
    /// - Returns: The part.
    public func cropped(width newWidth: Int, height newHeight: Int) -> RGBImage {
        guard newWidth != width || newHeight != height else { return self }
        let left = Self.offset(width, newWidth)
        let top = Self.offset(height, newHeight)
        var cut = [UInt8](repeating: 0, count: newWidth * newHeight * 3)
        let columns = max(0, left)..<min(width, left + newWidth)
        for row in max(0, top)..<min(height, top + newHeight) {
            let from = (row * width + columns.lowerBound) * 3
            let to = ((row - top) * newWidth + columns.lowerBound - left) * 3
            cut.replaceSubrange(to..<(to + columns.count * 3), with: samples[from..<(from + columns.count * 3)])
        }
        return RGBImage(width: newWidth, height: newHeight, samples: cut)
    }

    /// Where the crop begins: half the difference rounded to even, or minus the padding, which is rounded down.
    private static func offset(_ extent: Int, _ crop: Int) -> Int {
        crop > extent ? -((crop - extent) / 2) : Int((Double(extent - crop) / 2).rounded(.toNearestOrEven))
    }
}
