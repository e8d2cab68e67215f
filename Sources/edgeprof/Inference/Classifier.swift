/// A network seen as a classifier: which output holds a score for each class.
struct Classifier: Equatable {
    /// Position among the outputs.
    let output: Int
    /// Scores of a sample.
    let classes: Int

    /// Takes what is known.
    init(output: Int, classes: Int) {
        self.output = output
        self.classes = classes
    }

    /// Looks for the scores.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - name: The output's name; nil where there is one only.
    ///   - model: What the user calls the network, for errors.
    /// - Throws: `InputError` when it is no classifier, or which output is meant is not clear.
    init(_ network: InferenceModel, scores name: String?, model: String) throws {
        guard network.inputs.count == 1 else {
            throw InputError("\(model): has \(network.inputs.count) inputs; a model with one can be evaluated")
        }
        let names = network.outputs.map(\.name)
        if let name {
            guard let found = names.firstIndex(of: name) else {
                throw InputError(
                    "--scores: \(model) has no output `\(name)`; outputs: \(names.joined(separator: ", "))"
                )
            }
            output = found
        } else {
            guard names.count == 1 else {
                throw InputError(
                    "\(model): has several outputs; give --scores, one of \(names.joined(separator: ", "))"
                )
            }
            output = 0
        }
        let shape = network.outputs[output].shape
        let batch = network.inputs[0].shape.first ?? 1
        guard shape.count >= 2, shape[0] == batch, shape.dropFirst(2).allSatisfy({ $0 == 1 }), shape[1] > 1 else {
            throw InputError(
                "\(model): its output `\(names[output])` is \(network.outputs[output].shapeText); a classifier gives one "
                    + "score a class, \(batch)xCLASSES"
            )
        }
        classes = shape[1]
    }

    /// What is to be added to labels.
    ///
    /// - Parameters:
    ///   - labels: The classes of the samples.
    ///   - asked: What the user said.
    /// - Returns: The number to add.
    /// - Throws: `InputError` when labels do not fit the classes, or it is not clear how.
    func offset(of labels: [Int], asked: Int?) throws -> Int {
        guard let least = labels.min(), let largest = labels.max() else { throw InputError("no samples") }
        if asked == nil, classes == 1001, largest < 1000 {
            throw InputError(
                "the model has 1001 classes, the labels are \(least) to \(largest): give --class-offset=1 if the model "
                    + "counts background as class 0 and the labels do not, else --class-offset=0"
            )
        }
        let offset = asked ?? 0
        // No model has as many classes, and the sum below must not overflow.
        guard largest <= Int(Int32.max) else {
            throw InputError("a label of \(largest) does not fit the model's classes 0 to \(classes - 1)")
        }
        guard least + offset >= 0, largest + offset < classes else {
            throw InputError(
                "labels \(least) to \(largest)" + (offset == 0 ? "" : " with --class-offset=\(offset)")
                    + " do not fit the model's classes 0 to \(classes - 1)"
                    + (least + offset > 0 && largest + offset == classes
                        ? "; labels counted from 1 need --class-offset=\(offset - 1)" : "")
            )
        }
        return offset
    }
}
