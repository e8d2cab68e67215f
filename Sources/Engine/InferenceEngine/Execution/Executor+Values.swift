import Quantization

extension Executor {
    /// The tensor of an input or output.
    private func pointer(_ tensor: PlanTensor) -> UnsafeMutablePointer<UInt8> {
        guard let base = arenaBuffer.baseAddress else { preconditionFailure("an arena is never empty") }
        return (base + tensor.offset).assumingMemoryBound(to: UInt8.self)
    }

    /// An input's memory.
    ///
    /// - Parameter index: Position among the network's inputs.
    /// - Returns: Channels last, NHWC for images, u8 without gaps, an s8 input's values raised by 128; valid as long as
    ///   the executor.
    public func input(_ index: Int = 0) -> UnsafeMutableBufferPointer<UInt8> {
        let tensor = plan.tensors[plan.inputs[index]]
        return UnsafeMutableBufferPointer(start: pointer(tensor), count: tensor.extent)
    }

    /// Quantizes real numbers into an input.
    ///
    /// - Parameters:
    ///   - reals: Row-major order of the logical shape, NCHW for images; as many as the input has elements. NaN becomes 0.
    ///   - index: Position among the network's inputs.
    public func setInput(reals: [Float], _ index: Int = 0) {
        let tensor = plan.tensors[plan.inputs[index]]
        precondition(reals.count == tensor.elementCount, "an input takes as many numbers as it has elements")
        let target = pointer(tensor)
        forEachElement(of: tensor) { logical, stored in
            let real = reals[logical].isNaN ? 0 : reals[logical]
            target[stored] = UInt8(truncatingIfNeeded: tensor.quantization.stored(real))
        }
    }

    /// Takes an input's integers as they are.
    ///
    /// - Parameters:
    ///   - integers: NCHW; as many as the input has elements; an s8 input's values raised by 128.
    ///   - index: Position among the network's inputs.
    public func setInput(stored integers: [UInt8], _ index: Int = 0) {
        let tensor = plan.tensors[plan.inputs[index]]
        precondition(integers.count == tensor.elementCount, "an input takes as many numbers as it has elements")
        let target = pointer(tensor)
        forEachElement(of: tensor) { logical, stored in target[stored] = integers[logical] }
    }

    /// An output's integers.
    ///
    /// - Parameter index: Position among the network's outputs.
    /// - Returns: Row-major order of the logical shape, NCHW for images; an s8 output's values raised by 128.
    public func output(_ index: Int = 0) -> [UInt8] {
        let tensor = plan.tensors[plan.outputs[index]]
        let source = pointer(tensor)
        var result = [UInt8](repeating: 0, count: tensor.elementCount)
        forEachElement(of: tensor) { logical, stored in result[logical] = source[stored] }
        return result
    }

    /// An output's real numbers.
    ///
    /// - Parameter index: Position among the network's outputs.
    /// - Returns: Row-major order of the logical shape, NCHW for images.
    public func outputReals(_ index: Int = 0) -> [Float] {
        let quantization = plan.tensors[plan.outputs[index]].quantization
        return output(index).map { quantization.real($0) }
    }

    /// Calls with each element's position in NCHW order and in memory.
    private func forEachElement(of tensor: PlanTensor, _ body: (_ logical: Int, _ stored: Int) -> Void) {
        let pixels = tensor.height * tensor.width
        for image in 0..<tensor.batch {
            for channel in 0..<tensor.channels {
                for pixel in 0..<pixels {
                    body(
                        (image * tensor.channels + channel) * pixels + pixel,
                        (image * pixels + pixel) * tensor.pixelStride + channel
                    )
                }
            }
        }
    }
}
