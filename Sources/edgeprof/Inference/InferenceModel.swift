import FloatInference
import InferenceEngine
import KernelDispatch
import NetworkGraph
import Quantization

/// A network ready to be run on arrays: any number of runners share one.
struct InferenceModel: Sendable {
    /// An input or output.
    struct Port: Sendable {
        /// Its name in the network.
        var name: String
        /// Extents in logical order, batch first.
        var shape: [Int]
        /// What its integers mean; nil in a float network.
        var quantization: QuantizationParameters?

        /// Elements.
        var elementCount: Int { shape.reduce(1, *) }
        /// Extents joined by "x".
        var shapeText: String { shape.map(String.init).joined(separator: "x") }
    }

    /// What runs it.
    enum Engine: Sendable {
        case int8(Plan)
        case float(FloatExecutor)
    }

    /// Inputs, in the network's order.
    let inputs: [Port]
    /// Outputs, in the network's order.
    let outputs: [Port]
    /// What runs it.
    let engine: Engine

    /// Prepares an int8 network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - isa: Highest instruction set used; nil for the best there is.
    ///   - plan: How closely the network's own operators are followed.
    /// - Throws: When the network cannot be planned or the instruction set is not to be had.
    init(_ network: QuantizedNetwork, isa: String?, plan: InferenceEngine.PlanKind) throws {
        let port = { (id: ValueID) in
            Port(
                name: network[id].name,
                shape: network[id].shape.dimensions,
                quantization: network[id].quantization
            )
        }
        inputs = network.inputs.map(port)
        outputs = network.outputs.map(port)
        engine = .int8(
            try Plan(network: network, kernels: try KernelDispatch.select(cap: isa).kernels, kind: plan)
        )
    }

    /// Prepares a float network.
    init(_ graph: NetworkGraph, threads: Int) throws {
        let port = { (id: ValueID) in Port(name: graph[id].name, shape: graph.shape(of: id).dimensions) }
        inputs = graph.inputs.map(port)
        outputs = graph.outputs.map(port)
        engine = .float(try FloatExecutor(graph: graph, threads: threads))
    }

    /// The instruction set of its kernels; nil for a float network.
    var instructionSet: String? {
        switch engine {
        case .int8(let plan): plan.instructionSet
        case .float: nil
        }
    }

    /// Makes something to run it with, for one caller at a time.
    ///
    /// - Parameter threads: Threads of a run of an int8 network; a float one has those it was prepared with.
    /// - Returns: The runner, with an arena of its own.
    /// - Throws: When memory or threads cannot be had.
    func makeRunner(threads: Int) throws -> InferenceRunner {
        switch engine {
        case .int8(let plan): InferenceRunner(.int8(try Executor(plan: plan, threads: threads), outputs))
        case .float(let executor): InferenceRunner(.float(executor))
        }
    }
}

/// The elements of an input or output, in logical order.
enum PortValues {
    /// Real numbers.
    case reals([Float])
    /// The engine's u8: an s8 value's integers raised by 128.
    case stored([UInt8])
}

/// Runs a network, one call at a time.
final class InferenceRunner {
    enum Engine {
        case int8(Executor, [InferenceModel.Port])
        case float(FloatExecutor)
    }

    private let engine: Engine

    init(_ engine: Engine) { self.engine = engine }

    /// Runs the network once.
    ///
    /// - Parameters:
    ///   - inputs: One for each input, of as many elements; `stored` for int8 networks only.
    ///   - stored: Whether outputs are wanted as integers; int8 networks only.
    /// - Returns: One for each output.
    /// - Throws: When memory runs out in a float network.
    func run(_ inputs: [PortValues], stored: Bool = false) throws -> [PortValues] {
        switch engine {
        case .int8(let executor, let outputs):
            for (index, values) in inputs.enumerated() {
                switch values {
                case .reals(let reals): executor.setInput(reals: reals, index)
                case .stored(let integers): executor.setInput(stored: integers, index)
                }
            }
            executor.run()
            return outputs.indices.map {
                stored ? .stored(executor.output($0)) : .reals(executor.outputReals($0))
            }
        case .float(let executor):
            let reals = inputs.map { values in
                guard case .reals(let reals) = values else { preconditionFailure("a float network takes real numbers") }
                return reals
            }
            return try executor.run(reals).map { .reals($0) }
        }
    }
}
