import NetworkGraph
import Testing

/// Shapes of operators that combine values, and of those that keep them.
@Suite struct BroadcastingShapeTests {
    private func shapes(_ operation: Operation, _ inputs: [[Int]]) throws -> [[Int]] {
        try operation.outputShapes(forInputs: inputs.map { TensorShape($0) }, node: "node").map(\.dimensions)
    }

    private func expectError(_ code: GraphError.Code, _ operation: Operation, _ inputs: [[Int]]) {
        let error = #expect(throws: GraphError.self, "\(operation) of \(inputs)") {
            try shapes(operation, inputs)
        }
        #expect(error?.code == code && error?.node == "node" && error?.remedy.isEmpty == false)
    }

    @Test(arguments: [
        ([2, 5, 3, 4], [2, 5, 3, 4], [2, 5, 3, 4]), ([2, 5, 3, 4], [1, 5, 1, 1], [2, 5, 3, 4]),
        ([2, 1, 3, 1], [1, 5, 1, 4], [2, 5, 3, 4]), ([7], [1], [7]), ([1, 1], [1, 1], [1, 1]),
        ([2, 3, 4, 5, 6, 7], [1, 3, 1, 5, 1, 7], [2, 3, 4, 5, 6, 7]),
    ]) func extentsOfOneAreRepeated(_ left: [Int], _ right: [Int], _ result: [Int]) throws {
        for operation: Operation in [.add, .subtract, .multiply] {
            #expect(try shapes(operation, [left, right]) == [result])
            #expect(try shapes(operation, [right, left]) == [result])
        }
    }

    @Test func whatDoesNotCombineIsRejected() {
        for operation: Operation in [.add, .subtract, .multiply] {
            expectError(.shapeMismatch, operation, [[2, 5], [5]])
            expectError(.shapeMismatch, operation, [[2, 5], [2, 4]])
            expectError(.shapeMismatch, operation, [[2, 5, 1], [2, 5, 1, 1]])
            expectError(.wrongValueCount, operation, [[2, 5]])
            expectError(.tooLarge, operation, [[1 << 20, 1], [1, 1 << 20]])
        }
    }

    @Test func functionsAndSoftmaxKeepTheShape() throws {
        for function: UnaryFunction in [.sigmoid, .hardSwish, .tanh, .leakyRelu(slope: 0.1)] {
            #expect(try shapes(.function(function), [[3, 4, 5]]) == [[3, 4, 5]])
        }
        #expect(try shapes(.softmax, [[3, 4]]) == [[3, 4]])
        expectError(.shapeMismatch, .softmax, [[3]])
        expectError(.invalidArgument, .function(.leakyRelu(slope: .nan)), [[3]])
        expectError(.invalidArgument, .function(.hardSigmoid(alpha: 1, beta: .infinity)), [[3]])
    }

    @Test func constantsReadNothing() throws {
        #expect(try shapes(.constant(zeros(2, 3)), []) == [[2, 3]])
        expectError(.wrongValueCount, .constant(zeros(2, 3)), [[2, 3]])
        expectError(.tooLarge, .constant(Parameter(shape: TensorShape([Int.max, 2])) { _, _ in }), [])
    }

    @Test func valuesHaveOneToSixAxes() throws {
        #expect(try shapes(.activation(.relu), [[4]]) == [[4]])
        #expect(try shapes(.activation(.relu), [[1, 2, 3, 4, 5, 6]]) == [[1, 2, 3, 4, 5, 6]])
        expectError(.shapeMismatch, .activation(.relu), [[1, 2, 3, 4, 5, 6, 7]])
        expectError(.shapeMismatch, .activation(.relu), [[]])
        // Operators along the channels need that axis.
        expectError(.shapeMismatch, .concatenate, [[4], [4]])
        expectError(.shapeMismatch, .split(sizes: [2, 2]), [[4]])
    }
}
