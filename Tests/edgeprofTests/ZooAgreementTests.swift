import Economics
import ModelZoo
import Testing

/// The collector ranks without the zoo, so Economics has its own table of families and accuracies: they must agree.
@Suite struct ZooAgreementTests {
    @Test(arguments: ModelZoo.models)
    func accuracyAndFamilyAreTheSame(model: ZooModel) throws {
        let published = try #require(PublishedAccuracy.entries[model.name], "\(model.name) is missing in Economics")
        #expect(abs(model.publishedTop1.value - (published.int8 ?? published.float)) < 1e-9)
        #expect((model.publishedTop1.precision == .int8) == (published.int8 != nil))
        #expect(ModelFamily.hyperparameters[model.family.filter { $0 != "_" }] == model.hyperparameterCount)
    }

    @Test func economicsKnowsNoOtherModel() {
        #expect(Set(PublishedAccuracy.entries.keys) == Set(ModelZoo.names))
    }
}
