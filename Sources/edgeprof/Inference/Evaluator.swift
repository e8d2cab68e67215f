import Datasets
import Glibc
import Synchronization

/// Counts how often a classifier is right.
struct Evaluator: Sendable {
    /// The network; one input.
    let model: InferenceModel
    /// Which output holds the scores.
    let output: Int
    /// Scores of a sample.
    let classes: Int
    /// Samples and their classes, already the network's numbers.
    let set: LabelledSet

    /// Samples whose class came first, and among the first five.
    struct Counts: Sendable, Equatable {
        /// Samples looked at.
        var samples = 0
        /// First.
        var top1 = 0
        /// Among the first five.
        var top5 = 0

        /// Adds others.
        static func + (left: Counts, right: Counts) -> Counts {
            Counts(samples: left.samples + right.samples, top1: left.top1 + right.top1, top5: left.top5 + right.top5)
        }
    }

    /// Runs the network on every sample.
    ///
    /// - Parameters:
    ///   - workers: Samples looked at at the same time.
    ///   - onProgress: Told now and then how many samples are done.
    /// - Returns: What was counted; it does not depend on the number of workers.
    /// - Throws: The first error met.
    func run(workers: Int, onProgress: @escaping @Sendable (Int) -> Void) async throws -> Counts {
        let work = Work()
        return try await withThrowingTaskGroup(of: Counts.self) { group in
            for _ in 0..<workers {
                group.addTask { try count(work, onProgress) }
            }
            var total = Counts()
            do {
                for try await counts in group { total = total + counts }
            } catch {
                // The others have no more to do.
                work.next.store(set.samples.count, ordering: .relaxed)
                throw error
            }
            return total
        }
    }

    /// What workers share: how far they are.
    private final class Work: Sendable {
        let next = Atomic<Int>(0)
        let done = Atomic<Int>(0)
    }

    private func count(_ work: Work, _ onProgress: (Int) -> Void) throws -> Counts {
        let runner = try model.makeRunner(threads: 1)
        let batch = model.inputs[0].shape.first ?? 1
        var counts = Counts()
        while true {
            let start = work.next.wrappingAdd(batch, ordering: .relaxed).oldValue
            guard start < set.samples.count else { return counts }
            let end = min(start + batch, set.samples.count)
            var input: [Float] = []
            input.reserveCapacity(model.inputs[0].elementCount)
            for index in start..<end { input += try set.samples.sample(at: index) }
            // A last batch that is not full.
            input += [Float](repeating: 0, count: model.inputs[0].elementCount - input.count)
            guard case .reals(let scores) = try runner.run([.reals(input)])[output] else { return counts }
            for index in start..<end {
                let first = (index - start) * classes
                let place = ClassScores.place(of: set.labels[index], in: scores[first..<(first + classes)])
                if place == 0 { counts.top1 += 1 }
                if place < 5 { counts.top5 += 1 }
            }
            counts.samples += end - start
            onProgress(work.done.wrappingAdd(end - start, ordering: .relaxed).newValue)
        }
    }
}
