internal import KernelDispatch
internal import KernelInterface

/// A kernel on a shape of a network, ready to be timed.
struct Problem {
    let kernel: String
    let instructionSet: String
    let family: KernelFamily
    let shape: String
    let place: String
    let ceiling: Ceiling
    let measurement: Measurement

    /// What bounds a kernel, and how much of it one call needs.
    enum Ceiling {
        /// Multiply-accumulates.
        case multiply(macs: Int)
        /// Bytes read and written once.
        case copy(bytes: Int)
    }

    /// Lays a kernel out on a shape; its operands live as long as the problem.
    init<Arguments>(
        _ kernel: Kernel<Arguments>,
        _ family: KernelFamily,
        shape: String,
        place: String,
        ceiling: Ceiling,
        _ make: (Operands) -> Arguments
    ) {
        self.init(kernel.name, kernel.instructionSet, family, shape, place, ceiling, kernel.run, make)
    }

    /// The same for a matrix product.
    init(_ kernel: GemmKernel, _ shape: GemmShape) {
        self.init(
            kernel.name,
            kernel.instructionSet,
            .gemm,
            shape.name,
            shape.place,
            .multiply(macs: shape.macs),
            kernel.run
        ) { GemmProblem.arguments(shape, kernel, $0) }
    }

    private init<Arguments>(
        _ name: String,
        _ instructionSet: String,
        _ family: KernelFamily,
        _ shape: String,
        _ place: String,
        _ ceiling: Ceiling,
        _ run: @escaping (UnsafePointer<Arguments>) -> Void,
        _ make: (Operands) -> Arguments
    ) {
        kernel = name
        self.instructionSet = instructionSet
        self.family = family
        self.shape = shape
        self.place = place
        self.ceiling = ceiling
        let operands = Operands()
        var arguments = make(operands)
        let work =
            switch ceiling {
            case .multiply(let macs): Double(macs)
            case .copy(let bytes): Double(bytes)
            }
        measurement = Measurement(work: work) { repetitions in
            withExtendedLifetime(operands) {
                for _ in 0..<repetitions { run(&arguments) }
            }
        }
    }
}
