/// What a classifier says of one sample.
enum ClassScores {
    /// The place of a class among all, best first, 0 for the best; of equal scores the earlier class goes first.
    ///
    /// int8 scores are often equal, and this is what `argmax` does. A class whose score is not a number comes last.
    static func place(of label: Int, in scores: ArraySlice<Float>) -> Int {
        let position = scores.startIndex + label
        let own = scores[position]
        guard !own.isNaN else { return scores.count - 1 }
        var place = 0
        for index in scores.indices where scores[index] > own || (scores[index] == own && index < position) {
            place += 1
        }
        return place
    }
}
