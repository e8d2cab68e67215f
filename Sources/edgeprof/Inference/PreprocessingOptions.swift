public import ArgumentParser
public import Images

/// How images become a network's input.
struct PreprocessingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Shorter side before the crop, WxH for both, or none; 8/7 of the input unless given (256 for 224).",
            valueName: "pixels"
        )
    )
    var resize: ResizeArgument?

    @Option(
        help: ArgumentHelp("Centre crop, N or WxH: the model's input, which it is unless given.", valueName: "pixels")
    )
    var crop: ExtentsArgument?

    @Option(help: ArgumentHelp("Subtracted from samples of 0...1: one number or one a channel.", valueName: "numbers"))
    var mean: NumbersArgument?

    @Option(help: ArgumentHelp("Divides the difference; ImageNet's unless given.", valueName: "numbers"))
    var std: NumbersArgument?

    @Option(help: "Order of the input's channels: rgb or bgr.")
    var channelOrder: Preprocessing.ChannelOrder = .rgb

    /// Refuses the options for an array, which is taken as it is: who gives them expects them to do something.
    func requireNone(for array: String) throws {
        let isDefault = resize == nil && crop == nil && mean == nil && std == nil && channelOrder == .rgb
        guard isDefault else {
            throw InputError(
                "\(array): --resize, --crop, --mean, --std and --channel-order are for images; an array is taken as it is"
            )
        }
    }

    /// The preprocessing for an input.
    ///
    /// - Parameter shape: NCHW.
    /// - Returns: nil when the input is no image; an array is needed then.
    /// - Throws: When an option does not fit the input.
    func preprocessing(for shape: [Int]) throws -> Preprocessing? {
        guard shape.count == 4 else { return nil }
        if let crop, [crop.height, crop.width] != Array(shape[2...]) {
            throw InputError(
                "--crop: \(crop.width)x\(crop.height), the model takes images of \(shape[3])x\(shape[2]); leave it out"
            )
        }
        return try Preprocessing(
            width: shape[3],
            height: shape[2],
            channels: shape[1],
            resize: resize?.resize,
            mean: mean?.numbers,
            standardDeviation: std?.numbers,
            channelOrder: channelOrder
        )
    }
}

extension Preprocessing.ChannelOrder: ExpressibleByArgument {}

/// `N` or `WxH` on the command line.
struct ExtentsArgument: ExpressibleByArgument, Equatable {
    /// Columns.
    var width: Int
    /// Rows.
    var height: Int

    init?(argument: String) {
        let numbers = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (1...2).contains(numbers.count), numbers.allSatisfy({ (1...65_536).contains($0) }) else { return nil }
        width = numbers[0]
        height = numbers[numbers.count - 1]
    }
}

/// `N`, `WxH` or `none` on the command line.
struct ResizeArgument: ExpressibleByArgument, Equatable {
    /// What is meant.
    var resize: Preprocessing.Resize

    init?(argument: String) {
        if argument == "none" {
            resize = .none
        } else if let extents = ExtentsArgument(argument: argument) {
            resize =
                argument.contains("x")
                ? .exact(width: extents.width, height: extents.height) : .shorterSide(extents.width)
        } else {
            return nil
        }
    }
}

/// Numbers with commas between them on the command line.
struct NumbersArgument: ExpressibleByArgument, Equatable {
    /// The numbers.
    var numbers: [Float]

    init?(argument: String) {
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
        numbers = parts.compactMap { $0 }
        guard numbers.count == parts.count, numbers.allSatisfy(\.isFinite) else { return nil }
    }
}
