import KernelInterface
import NetworkGraph
import Quantization

/// A convolution or fully connected layer as a matrix product, its input rows taken as they lie, gathered from windows,
/// or mapped per channel first.
struct GemmStep {
    /// Where a task's input rows come from.
    private enum Source {
        case inPlace
        case windows(WindowGather)
        case strips(StripGather)
        case mapped(ChannelAffineArguments)
    }

    /// Of the first group and row; tasks move the pointers.
    private let arguments: GemmArguments
    private let source: Source
    private let groups: Int
    private let groupChannels: Int
    private let paddedColumns: Int
    private let paddedDepth: Int
    private let rowBlocks: Blocks
    private let columnBlocks: Blocks
    /// Columns handed to the kernel at once.
    private let panelColumns: Int
    let scratchBytes: Int

    /// Bytes of gathered rows that stay in the second-level cache beside a weight panel.
    private static let gatheredBytes = 128 * 1024

    /// Weights up to this size stay in the second-level cache while all rows pass by.
    private static let residentBytes = 256 * 1024
    /// Of larger ones, so many stay there at once.
    private static let panelBytes = 64 * 1024

    var taskCount: Int { groups * rowBlocks.count * columnBlocks.count }

    init(_ context: StepContext, _ step: PlanStep, _ input: PlanTensor, _ output: PlanTensor) {
        let kernel = context.plan.kernels.gemm
        let geometry = GemmGeometry(
            columns: output.channels / step.groups,
            channels: input.channels / step.groups,
            taps: step.window.elementCount,
            kernel
        )
        let rows = output.pixels
        var arguments = GemmArguments(
            input: UnsafePointer(context.pointer(input)),
            inputRowStride: step.window.isPointwise ? input.pixelStride : geometry.depth,
            rows: rows,
            depth: geometry.depth,
            columns: geometry.columns,
            weights: context.constants(step.weights, Int8.self),
            bias: context.constants(step.bias, Int32.self),
            multipliers: context.constants(step.multipliers, Float.self),
            output: context.pointer(output),
            outputRowStride: output.pixelStride,
            quantization: context.quantization(step, output)
        )
        if let second = step.second {
            let residual = context.plan.tensors[second]
            arguments.residual = UnsafePointer(context.pointer(residual))
            arguments.residualRowStride = residual.pixelStride
            arguments.residualZeroPoint = residual.quantization.engineZeroPoint
            arguments.residualMultiplier = step.secondMultiplier
            arguments.productLowest = Float(0 &- step.affineZeroPoint) * step.inputMultiplier
            arguments.productHighest = Float(255 &- step.affineZeroPoint) * step.inputMultiplier
        }
        // Bytes of scratch memory a row takes, and rows that a block is a multiple of.
        var rowBytes = 0
        var unit = kernel.tileRows
        var fixedBytes = 0
        if let prologue = step.prologue {
            rowBytes = input.channels.rounded(upTo: KernelLimits.overread)
            arguments.inputRowStride = rowBytes
            source = .mapped(Self.map(prologue, context, input, rowBytes))
        } else {
            switch step.lowering {
            case .inPlace: source = .inPlace
            case .windows:
                rowBytes = geometry.paddedDepth
                arguments.inputRowStride = rowBytes
                source = .windows(WindowGather(step, input, output, base: context.pointer(input), rowStride: rowBytes))
            case .strips:
                let strips = StripGather(step, input, output, base: context.pointer(input))
                arguments.inputRowStride = strips.rowStride
                fixedBytes = strips.scratchBytes
                unit = output.width
                source = .strips(strips)
            }
        }
        self.arguments = arguments
        groups = step.groups
        groupChannels = geometry.channels
        paddedColumns = geometry.paddedColumns
        paddedDepth = geometry.paddedDepth

        let units = rows.pieces(of: unit)
        var rowPieces = rowBytes == 0 ? 1 : units.pieces(of: max(Self.gatheredBytes / (rowBytes * unit), 1))
        var columnPieces = 1
        let limit = context.taskLimit(
            products: Double(geometry.depth) * Double(geometry.columns) * Double(rows),
            weightBytes: geometry.weightBytes
        )
        if limit > 1 {
            // Tasks of one row block each prepare its rows, so columns are only cut where row blocks are too few.
            let isPrepared = rowBytes + fixedBytes > 0
            if units >= 2 * limit || (isPrepared && units >= 4 * context.threads) {
                rowPieces = max(rowPieces, min(limit, units))
            } else {
                columnPieces = min(
                    isPrepared ? context.threads : limit,
                    geometry.columns.pieces(of: kernel.tileColumns)
                )
                if columnPieces * rowPieces < context.threads { rowPieces = min(units, limit) }
            }
        }
        let largest = rowBytes == 0 ? Int.max : 2 * Self.gatheredBytes / rowBytes
        rowBlocks = context.blocks(rows, atMost: rowPieces, unit: unit, largest: largest)
        columnBlocks = context.blocks(geometry.columns, atMost: columnPieces, unit: kernel.tileColumns)
        let panels = max(Self.panelBytes / (geometry.paddedDepth * kernel.tileColumns), 1)
        panelColumns =
            geometry.weightBytes <= Self.residentBytes || rows <= kernel.tileRows
            ? columnBlocks.size : panels * kernel.tileColumns
        let preparedBytes = min(rowBlocks.size, rows) * rowBytes + fixedBytes
        scratchBytes = preparedBytes == 0 ? 0 : preparedBytes + 2 * KernelLimits.overread
    }

    private static func map(
        _ prologue: AffinePrologue,
        _ context: StepContext,
        _ input: PlanTensor,
        _ stride: Int
    ) -> ChannelAffineArguments {
        let base = context.pointer(input)
        return ChannelAffineArguments(
            input: UnsafePointer(base),
            inputRowStride: input.pixelStride,
            output: base,
            outputRowStride: stride,
            rows: 1,
            columns: input.channels,
            inputZeroPoint: prologue.inputZeroPoint,
            multipliers: context.constants(prologue.multipliers, Float.self),
            offsets: context.constants(prologue.offsets, Float.self),
            quantization: OutputQuantization(
                zeroPoint: prologue.zeroPoint,
                lowest: prologue.lowest,
                highest: prologue.highest
            )
        )
    }

    func run(_ task: Int, _ kernels: UnsafePointer<KernelSet>, _ scratch: UnsafeMutableRawPointer) {
        let (rest, columnBlock) = task.quotientAndRemainder(dividingBy: columnBlocks.count)
        let (group, rowBlock) = rest.quotientAndRemainder(dividingBy: rowBlocks.count)
        let (row, rows) = rowBlocks.block(rowBlock)
        let (column, columns) = columnBlocks.block(columnBlock)
        var gemm = arguments
        gemm.rows = rows
        gemm.columns = columns
        let firstColumn = group &* paddedColumns &+ column
        gemm.weights += firstColumn &* paddedDepth
        gemm.bias += firstColumn
        gemm.multipliers += firstColumn
        let outputColumn = group &* arguments.columns &+ column
        gemm.output += row &* gemm.outputRowStride &+ outputColumn
        if let residual = gemm.residual {
            gemm.residual = residual + (row &* gemm.residualRowStride &+ outputColumn)
        }
        let prepared = scratch.assumingMemoryBound(to: UInt8.self)
        switch source {
        case .inPlace:
            gemm.input += row &* gemm.inputRowStride &+ group &* groupChannels
        case .windows(let windows):
            windows.run(row: row, count: rows, channel: group &* groupChannels, into: prepared)
            if let observer = kernels.pointee.observer {
                windows.report(row: row, count: rows, channel: group &* groupChannels, into: prepared, to: observer)
            }
            gemm.input = UnsafePointer(prepared)
        case .strips(let strips):
            let observer = kernels.pointee.observer
            strips.run(row: row, count: rows, channel: group &* groupChannels, into: prepared, observer) {
                offset,
                count in
                var line = gemm
                line.input = UnsafePointer(prepared)
                line.rows = count
                line.output += offset &* gemm.outputRowStride
                line.residual = gemm.residual.map { $0 + offset &* gemm.residualRowStride }
                multiply(&line, kernels)
            }
            return
        case .mapped(var map):
            map.input += row &* map.inputRowStride
            map.output = prepared
            map.rows = rows
            kernels.pointee.channelAffine.run(&map)
            gemm.input = UnsafePointer(prepared)
        }
        multiply(&gemm, kernels)
    }

    /// Multiplies, so many columns at a time that their weights stay in the cache for all rows.
    @inline(__always)
    private func multiply(_ gemm: inout GemmArguments, _ kernels: UnsafePointer<KernelSet>) {
        var rest = gemm.columns
        while true {
            gemm.columns = min(panelColumns, rest)
            kernels.pointee.gemm.run(&gemm)
            rest &-= panelColumns
            if rest <= 0 { return }
            gemm.weights += panelColumns &* paddedDepth
            gemm.bias += panelColumns
            gemm.multipliers += panelColumns
            gemm.output += panelColumns
            if let residual = gemm.residual { gemm.residual = residual + panelColumns }
        }
    }
}
