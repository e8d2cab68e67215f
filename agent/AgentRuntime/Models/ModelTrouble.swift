internal import Glibc

/// Why a model's file is not there.
struct ModelTrouble: Error, Sendable, Hashable, CustomStringConvertible {
    /// What it means.
    enum Kind: Sendable {
        /// The run is refused with the reason: asking again would not help.
        case refused
        /// What came is not the file that was asked for.
        case wrongContent
        /// Somebody else answered in the collector's place; what came before is kept, and the collector asked again.
        case stranger
        /// This box cannot keep files now.
        case box
    }

    var kind: Kind
    /// One line: what, and how to mend it.
    var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// What the system said about a file: a full disk is the model's trouble, anything else the box's.
    static func system(_ number: Int32, doing verb: String, _ path: String) -> ModelTrouble {
        let why = "cannot \(verb) '\(path)': \(String(cString: strerror(number)))"
        guard number == ENOSPC || number == EDQUOT else { return ModelTrouble(.box, why) }
        return ModelTrouble(.refused, "no room for the model on this box's disk (\(why)); free some and ask again")
    }
}
