import EdgeprofAPI
import Testing

@Suite struct UUIDv7Tests {
    @Test func identifiersAreValidUniqueAndSortByTime() {
        let early = UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 1_000))
        let late = UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 1_795_365_000_250))
        #expect(UUIDv7.isValid(early) && UUIDv7.isValid(late))
        #expect(early < late)
        #expect(
            UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 5))
                != UUIDv7.make(at: Timestamp(millisecondsSinceEpoch: 5))
        )
    }

    @Test(arguments: ["", "0198c0de-0000-4000-8000-000000000000", "0198C0DE-0000-7000-8000-000000000000", "x"])
    func otherTextIsNot(text: String) {
        #expect(!UUIDv7.isValid(text))
    }
}
