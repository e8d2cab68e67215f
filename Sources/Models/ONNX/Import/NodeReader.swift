import NetworkGraph
import ONNXFormat

/// One node of the file and what its attributes say.
struct NodeReader {
    let node: ONNXNode
    /// Operator set version of the model, which decides where some arguments are.
    let version: Int64

    /// How the node is named in messages and in the imported network.
    var label: String { node.label }

    /// Whether an output is there and read by someone.
    func hasOutput(_ index: Int) -> Bool {
        node.outputs.indices.contains(index) && !node.outputs[index].isEmpty
    }

    /// Whether an optional input is given.
    func hasInput(_ index: Int) -> Bool {
        node.inputs.indices.contains(index) && !node.inputs[index].isEmpty
    }

    func failure(_ code: ONNXError.Code, _ problem: String) -> ONNXError {
        ONNXError(code, "node \(ONNXError.quoted(label)) (\(node.operatorType)): \(problem)")
    }

    func failure(_ error: GraphError) -> ONNXError {
        failure(.invalidGraph, "\(error.problem); \(error.remedy)")
    }

    func int(_ name: String, default fallback: Int) throws(ONNXError) -> Int {
        switch node.attributes[name] {
        case nil: return fallback
        case .int(let number): return Int(number)
        default: throw wrongKind(name, "an integer")
        }
    }

    func float(_ name: String, default fallback: Float) throws(ONNXError) -> Float {
        switch node.attributes[name] {
        case nil: return fallback
        case .float(let number): return number
        case .int(let number): return Float(number)
        default: throw wrongKind(name, "a number")
        }
    }

    func string(_ name: String, default fallback: String) throws(ONNXError) -> String {
        switch node.attributes[name] {
        case nil: return fallback
        case .string(let text): return text
        default: throw wrongKind(name, "a string")
        }
    }

    func ints(_ name: String) throws(ONNXError) -> [Int]? {
        switch node.attributes[name] {
        case nil: return nil
        case .ints(let numbers): return numbers.map { Int($0) }
        case .int(let number): return [Int(number)]
        // An empty list does not say what of.
        case .floats(let none) where none.isEmpty: return []
        case .strings(let none) where none.isEmpty: return []
        default: throw wrongKind(name, "a list of integers")
        }
    }

    func floats(_ name: String) throws(ONNXError) -> [Float]? {
        switch node.attributes[name] {
        case nil: return nil
        case .floats(let numbers): return numbers
        case .ints(let none) where none.isEmpty: return []
        default: throw wrongKind(name, "a list of numbers")
        }
    }

    /// An axis of a value of `rank`, negative ones counted from the end.
    func axis(_ axis: Int, rank: Int) throws(ONNXError) -> Int {
        guard axis >= -rank, axis < rank else {
            throw failure(.invalidGraph, "axis \(axis) of a value with \(rank) axes")
        }
        return axis < 0 ? axis + rank : axis
    }

    /// Several axes, each once.
    func axes(_ axes: [Int], rank: Int) throws(ONNXError) -> [Int] {
        guard axes.count <= rank else { throw failure(.invalidGraph, "\(axes.count) axes of a value with \(rank)") }
        var result: [Int] = []
        for item in axes { result.append(try axis(item, rank: rank)) }
        guard Set(result).count == result.count else { throw failure(.invalidGraph, "names an axis twice") }
        return result
    }

    private func wrongKind(_ name: String, _ wanted: String) -> ONNXError {
        failure(.malformed, "attribute \(name) is not \(wanted)")
    }
}
