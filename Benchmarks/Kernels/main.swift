// Matrix products' speed as a share of what the core can do, measured in the same rounds, and the other families'.
// Arguments: [rounds] [instruction set ...]; 15 rounds of everything usable without any.
import HostInfo
import KernelDispatch
import KernelInterface

let rounds = CommandLine.arguments.dropFirst().compactMap { Int($0) }.first ?? 15
let wanted = Set(CommandLine.arguments.dropFirst().filter { Int($0) == nil })
let usable = KernelDispatch.usableInstructionSets().map(\.rawValue).filter { wanted.isEmpty || wanted.contains($0) }

let peaks = MultiplyPeak.all.filter { usable.contains($0.instructionSet) }.map { peak in
    let iterations = 10_000
    return (
        peak,
        Measurement(peak.instruction, operations: 2 * Double(peak.macsPerIteration * iterations)) { repetitions in
            for _ in 0..<repetitions { _ = peak.run(iterations) }
        }
    )
}
let products = KernelTable.gemm.filter { usable.contains($0.instructionSet) }.flatMap { kernel in
    Shape.all.map { shape in
        let problem = Problem(shape, kernel)
        return (
            problem,
            Measurement(shape.name, operations: shape.operations) { repetitions in
                for _ in 0..<repetitions { problem.run() }
            }
        )
    }
}
let others = OtherFamilies.lines(usable)
for _ in 0..<rounds {
    for (_, measurement) in peaks { measurement.round() }
    for (_, measurement) in products { measurement.round() }
    for line in others { line.measurement.round() }
}

/// 12.3, without Foundation.
func oneDecimal(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
}

var peakRates: [String: Double] = [:]
print("| instruction set | instruction | peak GOP/s |\n|---|---|---|")
for (peak, measurement) in peaks {
    peakRates[peak.instructionSet] = measurement.medianRate
    print("| \(peak.instructionSet) | \(peak.instruction) | \(oneDecimal(measurement.medianRate / 1e9)) |")
}
print("\n| kernel | m x k x n | place | GOP/s | % of peak |\n|---|---|---|---|---|")
for (problem, measurement) in products {
    let rate = measurement.medianRate
    let share = peakRates[problem.kernel.instructionSet].map { oneDecimal(100 * rate / $0) } ?? "-"
    print(
        "| \(problem.kernel.name) | \(problem.shape.name) | \(problem.shape.place) | \(oneDecimal(rate / 1e9)) | \(share) |"
    )
}
print("\n| kernel | shape | results/ns |\n|---|---|---|")
for line in others {
    print("| \(line.kernel) | \(line.place) | \(oneDecimal(line.measurement.medianRate / 1e9)) |")
}
