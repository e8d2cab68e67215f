import Statistics
import Testing

@Suite struct StudentTTests {
    /// Fisher and Yates, "Statistical Tables", table III.
    @Test(arguments: [
        (1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (7, 2.365), (10, 2.228), (30, 2.042),
        (120, 1.980),
    ])
    func publishedQuantiles(degreesOfFreedom: Int, t: Double) {
        #expect(abs(StudentT.quantile(0.975, degreesOfFreedom: degreesOfFreedom) - t) < 0.0005)
        #expect(abs(StudentT.quantile(0.025, degreesOfFreedom: degreesOfFreedom) + t) < 0.0005)
    }

    @Test func theMedianIsNoughtAndProbabilitiesComeBack() {
        for freedom in 1...50 {
            #expect(abs(StudentT.quantile(0.5, degreesOfFreedom: freedom)) < 1e-12)
            for probability in [0.6, 0.8, 0.9, 0.99, 0.9999] {
                let t = StudentT.quantile(probability, degreesOfFreedom: freedom)
                let back = StudentT.centralProbability(t, degreesOfFreedom: freedom)
                #expect(abs(back - (2 * probability - 1)) < 1e-9)
            }
        }
    }
}
