// Runs many small ONNX files in one process, for Tests/Conformance: starting the command line for each would take longer
// than all they compute.
//
// A line on standard input is `folder TAB samples TAB plans TAB batch`; plans are `kind@isa` joined by commas, or `float`;
// batch may be empty. For each plan and sample i the runner reads s<i>_in<j>.npy, runs model.onnx and writes s<i>_<plan>_out<j>.npy, all in the
// folder. For each line it prints `ok TAB folder` or `failed TAB folder TAB message`, in order.
// With `--isas` it prints the instruction sets this host can run, and ends.

import FloatInference
import Glibc
import InferenceEngine
import KernelDispatch
import KernelInterface
import NetworkGraph
import NumPyFiles
import ONNXImport
import Quantization

/// A line that makes no sense, or arrays that do not fit the network.
struct RunnerError: Error, CustomStringConvertible {
    var description: String
}

/// One line of standard input.
struct Request {
    var folder: String
    var samples: Int
    var plans: [String]
    /// For files that leave it open.
    var batch: Int?

    init(_ line: String) throws {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, let samples = Int(parts[1]), samples >= 0 else {
            throw RunnerError(description: "expected folder, samples, plans and batch between tabs")
        }
        folder = parts[0]
        self.samples = samples
        plans = parts[2].split(separator: ",").map(String.init)
        batch = Int(parts[3])
    }

    func path(sample: Int, input: Int) -> String { "\(folder)/s\(sample)_in\(input).npy" }

    func path(sample: Int, plan: String, output: Int) -> String { "\(folder)/s\(sample)_\(plan)_out\(output).npy" }

    /// Runs every plan over every sample.
    func run() throws {
        switch try ONNXImporter.load(path: "\(folder)/model.onnx", options: ImportOptions(batch: batch)) {
        case .float(let graph):
            let executor = try FloatExecutor(graph: graph, threads: 1)
            for sample in 0..<samples {
                let inputs = try graph.inputs.indices.map {
                    try NumPyFile(path: path(sample: sample, input: $0)).floats()
                }
                for (index, output) in try executor.run(inputs).enumerated() {
                    let shape = graph[graph.outputs[index]].shape.dimensions
                    let target = path(sample: sample, plan: "float", output: index)
                    try NumPyWriter.write(output, shape: shape, to: target)
                }
            }
        case .quantized(let network):
            for plan in plans { try run(network, plan: plan) }
        }
    }

    private func run(_ network: QuantizedNetwork, plan name: String) throws {
        let parts = name.split(separator: "@").map(String.init)
        guard parts.count == 2, let kind = PlanKind.allCases.first(where: { $0.name == parts[0] }) else {
            throw RunnerError(description: "\(name) is no plan of an int8 network")
        }
        let kernels = try KernelDispatch.select(cap: parts[1]).kernels
        let executor = try Executor(plan: Plan(network: network, kernels: kernels, kind: kind))
        for sample in 0..<samples {
            for (index, id) in network.inputs.enumerated() {
                let value = network[id]
                let reals = try reals(path: path(sample: sample, input: index), value.quantization)
                guard reals.count == value.shape.elementCount else {
                    throw RunnerError(description: "input \(index) has \(reals.count) elements for \(value.shape)")
                }
                executor.setInput(reals: reals, index)
            }
            executor.run()
            for (index, id) in network.outputs.enumerated() {
                let target = path(sample: sample, plan: name, output: index)
                try NumPyWriter.write(executor.outputReals(index), shape: network[id].shape.dimensions, to: target)
            }
        }
    }

    /// An input's numbers; integers are the stored ones of a file whose graph takes those.
    private func reals(path: String, _ quantization: QuantizationParameters) throws -> [Float] {
        let file = try NumPyFile(path: path)
        let numbers = try file.floats()
        if file.elementType.isFloat { return numbers }
        return numbers.map { ($0 - Float(quantization.zeroPoint)) * quantization.scale }
    }
}

@main
struct ConformanceRunner {
    static func main() {
        if CommandLine.arguments.dropFirst().first == "--isas" {
            for isa in KernelDispatch.usableInstructionSets() { print(isa) }
            return
        }
        while let line = readLine() {
            let folder = line.split(separator: "\t").first.map(String.init) ?? ""
            do {
                try Request(line).run()
                print("ok\t\(folder)")
            } catch {
                print("failed\t\(folder)\t\(error)")
            }
            // A crash must not take the answers before it along.
            fflush(nil)
        }
    }
}
